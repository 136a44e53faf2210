/** The folder of an experiment: new, or that of the same experiment with the same epochs, which goes on. */
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.js";
import { usageError } from "../base/errors.js";
import { isFile, kindOf } from "../base/path-kind.js";
import { readSealedJson, sealJson } from "../base/sealed-json.js";
import { makeFolder, namesIn, runsFolder } from "../run/runs.js";
import type { Experiment } from "./experiment.js";

/** What its runs have in common: with other epochs they are other runs. */
export interface Extent {
  readonly quick: boolean;
  readonly epochs: "cut" | "full" | number;
}

const fileName = "repro.json";

/** `runs/repro-NAME`, with what is not as usual; the same command finds it again. */
function usualFolder({ name }: Experiment, { quick, epochs }: Extent): string {
  const extent = [quick ? "-quick" : "", epochs === "cut" ? "" : `-${epochs}-epochs`].join("");
  return join(runsFolder, `repro-${name}${extent}`);
}

/** Throws `usageError` for a folder of something else. */
export function openFolder(experiment: Experiment, extent: Extent, out: string | undefined): string {
  const folder = out ?? usualFolder(experiment, extent);
  const file = join(folder, fileName);
  const description = { schema: 1, name: experiment.name, ...extent };
  if (isFile(file)) {
    const before = readSealedJson(file, { what: "the description of an experiment" });
    if (JSON.stringify(before) === JSON.stringify(description)) return folder;
    const told = (of: Record<string, unknown>): string =>
      `${String(of["name"])}${of["quick"] ? " --quick" : ""}, epochs ${String(of["epochs"])}`;
    throw usageError({
      where: `--out ${folder}`,
      expected: `the folder of ${told(description)}`,
      got: `that of ${told(before)}`,
      fix: "Name another folder: what was trained otherwise is no part of this table.",
    });
  }
  const kind = kindOf(folder);
  const names = kind === "folder" ? namesIn(folder).filter((each) => !each.startsWith(".heddle-")) : [];
  if ((kind !== "nothing" && kind !== "folder") || names.length > 0) {
    const got = kind === "folder" ? `one with ${names.length} entries (${names.slice(0, 3).join(", ")})` : `a ${kind}`;
    throw usageError({
      where: `--out ${folder}`,
      expected: "an absent or empty folder, or that of this experiment",
      got,
    });
  }
  makeFolder(folder);
  writeAtomically(file, [sealJson(description, 2)]);
  return folder;
}

/** A row's name as a folder's. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "");
