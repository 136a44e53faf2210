/** Files of a report: the page, and its pictures by themselves. */

import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.js";
import { usageError } from "../base/errors.js";
import { aText, checkOptions, list, whole } from "../base/given.js";
import { measureChecks } from "../evidence/measured.js";
import { RunFolder } from "../run/run-folder.js";
import { makeFolder } from "../run/runs.js";
import { asFile } from "./charts/picture.js";
import { mostNamed } from "./looks-at.js";
import { type GatherOptions, gatherReport, type Report, reportText } from "./report.js";

export interface ReportOptions extends GatherOptions {
  /** The page; `report.html` in the run's folder unless given. */
  readonly out?: string | undefined;
  /** A folder for the pictures, as files by themselves. */
  readonly figures?: string | undefined;
}

export interface WrittenReport {
  readonly path: string;
  /** Files of the figures. */
  readonly figures: readonly string[];
  /** What the reader should know: a sentence each. */
  readonly notes: readonly string[];
}

const reportChecks = {
  ...measureChecks,
  out: aText,
  figures: aText,
  samples: list(whole(0)),
};

/** Makes the report of a run and writes it. Throws HeddleError where the folder is no run's or a file cannot be written. */
export async function writeReport(run: string, options: ReportOptions = {}): Promise<WrittenReport> {
  aText(run, "writeReport, run");
  checkOptions("writeReport", options, reportChecks);
  if (options.samples && options.samples.length > mostNamed) {
    const expected = `at most ${mostNamed} samples`;
    throw usageError({ where: "--samples", expected, got: `${options.samples.length}` });
  }
  const report = await gatherReport(run, { keep: true, ...options });
  const path = options.out ?? new RunFolder(run).reportFile;
  writeAtomically(path, [Buffer.from(reportText(report))]);
  const saved = options.figures === undefined ? [] : await writeFigures(report, options.figures);
  const notes = [...report.facts.notes];
  const pictures = saved.some((file) => file.endsWith(".png"));
  if (saved.length > 0 && !pictures)
    notes.push("Without the package sharp there are SVG files alone: npm install sharp.");
  return { path, figures: saved, notes };
}

/** As wide as a page of a thesis has room for, in pixels of the SVG; PNG has three for each. */
const figureWidth = 640;
const density = 72 * 3;

async function writeFigures({ parts }: Report, folder: string): Promise<string[]> {
  makeFolder(folder);
  const sharp = await findSharp();
  const saved: string[] = [];
  for (const part of parts.values()) {
    for (const { name, draw } of "figures" in part ? part.figures : []) {
      const svg = Buffer.from(asFile(draw(figureWidth)));
      const path = join(folder, `${name}.svg`);
      writeAtomically(path, [svg]);
      saved.push(path);
      if (!sharp) continue;
      const png = join(folder, `${name}.png`);
      writeAtomically(png, [await sharp(svg, { density }).png().toBuffer()]);
      saved.push(png);
    }
  }
  return saved;
}

async function findSharp() {
  try {
    return (await import("sharp")).default;
  } catch {
    return null;
  }
}
