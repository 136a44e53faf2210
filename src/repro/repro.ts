/**
 * An experiment of the source documents, run again: each row a training in a folder of its own, finished ones are read, broken
 * ones go on. Its folder:
 *
 *   repro.json           which experiment, and how long
 *   ROW/seed-N           run folders
 *   contest-grid …       searches, where the experiment has them
 *   result.json          the table, once all of it is there
 *   table.md             the same for people
 */

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.js";
import { usageError } from "../base/errors.js";
import { aText } from "../base/given.js";
import { lockFolder } from "../base/lock.js";
import { lookUp, pick, suggest } from "../base/registry.js";
import { sealJson } from "../base/sealed-json.js";
import { machineOf } from "../config/fields.js";
import { findDataset } from "../data/index.js";
import { evaluate } from "../inference/evaluate.js";
import type { ReproDocument, ReproRow, ReproSpeedDocument } from "../run/documents/repro.js";
import { runContest } from "./contest.js";
import { type Mode, modes, type Row, type TableExperiment } from "./experiment.js";
import { experiments } from "./experiments/index.js";
import { type Extent, openFolder } from "./folder.js";
import { dated } from "./frame.js";
import { markdown } from "./markdown.js";
import { checkReproOptions, type Machine, machineFrom, type ReproOptions } from "./options.js";
import { reproPage } from "./page.js";
import { type RowOf, runRow, settingsOf } from "./row.js";
import { runSpeed } from "./speed.js";

export type ReproOutcome =
  | { readonly status: "done"; readonly kind: "table"; readonly result: ReproDocument }
  | { readonly status: "done"; readonly kind: "speed"; readonly result: ReproSpeedDocument }
  | { readonly status: "stopped"; readonly folder: string };

const wanted = { where: "repro", what: "an experiment" };

/** Throws HeddleError: where the experiment or its data are not there, or a run fails for other than its numbers. */
export async function repro(name: string, options: ReproOptions = {}): Promise<ReproOutcome> {
  aText(name, "repro, experiment");
  checkReproOptions(options);
  const experiment = pick(experiments, name, wanted);
  const extent: Extent = { quick: options.quick ?? false, epochs: options.epochs ?? "cut" };
  if (experiment.kind === "speed") {
    refuseTableOptions(experiment.name, options);
    const { folder, result } = await runSpeed(experiment, extent, options);
    return result ? { status: "done", kind: "speed", result } : { status: "stopped", folder };
  }
  const rows = rowsOf(experiment, options);
  const forms = modesOf(experiment, options.mode);
  const machine = machineFrom(options);
  const folder = openFolder(experiment, extent, options.out);
  const lock = lockFolder(folder, "an experiment");
  try {
    const all = rows.flatMap((row) =>
      forms.map((mode): RowOf => ({ experiment, row, mode, extent, folder, machine, options })),
    );
    await requireData(all, machine);
    // A table is a result when all of it is there.
    rmSync(join(folder, "result.json"), { force: true });
    const found: ReproRow[] = [];
    for (const of of all) {
      const row = await runRow(of);
      if (!row) return { status: "stopped", folder };
      found.push(row);
    }
    const contest =
      experiment.contest &&
      !options.rows &&
      (await runContest(experiment.contest, { folder, extent, machine, options }));
    if (contest === null) return { status: "stopped", folder };
    const whole = rows.length === experiment.rows.length;
    const result: ReproDocument = {
      schema: 1,
      name: experiment.name,
      source: experiment.source,
      place: experiment.place,
      folder,
      quick: extent.quick,
      whole,
      ...dated(machine),
      mistakes: [...experiment.mistakes],
      rows: found,
      confusions: experiment.confusions ? await confusionsOf(found, machine) : null,
      contest: contest || null,
    };
    writeAtomically(join(folder, "result.json"), [sealJson(result, 2)]);
    writeAtomically(join(folder, "table.md"), [Buffer.from(markdown(result))]);
    if (options.report !== false) writeAtomically(join(folder, "report.html"), [Buffer.from(reproPage(result))]);
    return { status: "done", kind: "table", result };
  } finally {
    lock.release();
  }
}

/** What a recipe has not. Throws `usageError`. */
function refuseTableOptions(name: string, { mode, epochs, rows }: ReproOptions): void {
  const given = [mode && `--${mode}`, epochs && "--epochs", rows && "--rows"].find(Boolean);
  if (!given) return;
  throw usageError({ where: given, expected: "an experiment of several rows", got: `${name}, one recipe` });
}

/** Those asked for, with the rows that they start from before them. Throws `usageError` for a name that fits none. */
function rowsOf({ name, rows }: TableExperiment, { rows: asked }: ReproOptions): readonly Row[] {
  if (!asked) return rows;
  const chosen = new Set<string>();
  for (const word of asked) {
    const exact = lookUp(rows, word);
    const fitting = exact ? [exact] : rows.filter((row) => row.name.toLowerCase().startsWith(word.toLowerCase()));
    if (fitting.length === 0) {
      const fix = suggest(
        word,
        rows.map((row) => row.name),
      );
      throw usageError({ where: "--rows", expected: `rows of ${name}`, got: `"${word}"`, fix });
    }
    for (const row of fitting) chosen.add(row.name);
  }
  for (const row of [...rows].reverse()) if (chosen.has(row.name) && row.from) chosen.add(row.from);
  return rows.filter((row) => chosen.has(row.name));
}

function modesOf({ name, asPublished }: TableExperiment, mode: Mode | undefined): readonly (Mode | null)[] {
  if (asPublished) return mode === undefined ? modes : [mode];
  if (mode === undefined) return [null];
  const made = experiments.flatMap((each) => (each.kind === "table" && each.asPublished ? [each.name] : []));
  throw usageError({
    where: `--${mode}`,
    expected: `an experiment whose mistakes are of training (${made.join(", ")})`,
    got: name,
    fix: "Leave it out: its table says what the source got wrong.",
  });
}

/** Looks for the data of all rows before the first is trained. Throws `dataError` saying where. */
async function requireData(rows: readonly RowOf[], { dataDir: given }: Machine): Promise<void> {
  const { dataDir } = machineOf({ dataDir: given });
  const names = new Set(rows.map((of) => settingsOf(of).dataset ?? "synthetic-digits"));
  for (const name of names) await findDataset(name).load({ dataDir });
}

const confusedPairs = 5;

/** Of the row with the highest score: which classes its net takes for which. */
async function confusionsOf(rows: readonly ReproRow[], machine: Machine): Promise<ReproDocument["confusions"]> {
  const best = [...rows].sort((a, b) => (b.ours ?? 0) - (a.ours ?? 0))[0];
  if (best.ours === null || !existsSync(best.runs[0])) return null;
  const { confusion, classNames } = await evaluate({ path: best.runs[0], split: "test", ...machine });
  const pairs = confusion.flatMap((row, from) =>
    row.flatMap((samples, to) => (from === to ? [] : [{ from: classNames[from], to: classNames[to], samples }])),
  );
  return { row: best.name, pairs: pairs.sort((a, b) => b.samples - a.samples).slice(0, confusedPairs) };
}
