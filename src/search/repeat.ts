/**
 * One training several times: with other seeds, or for each part of the data tested on once (Kohavi 1995). Runs are those
 * of their own `--seed` or `--fold`, in DIR/1 … DIR/n; DIR/result.json has mean, deviation and interval of the accuracy.
 * `repeat.json` holds the settings, so that a resume goes on.
 */
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.js";
import { dataError, type HeddleError, runError, targetError, usageError } from "../base/errors.js";
import { anObject, aSwitch } from "../base/given.js";
import { lockFolder } from "../base/lock.js";
import { isFile, kindOf } from "../base/path-kind.js";
import { reasonOf } from "../base/read-file.js";
import { readSealedJson, sealJson } from "../base/sealed-json.js";
import { shellPath } from "../base/shell-word.js";
import { percent } from "../base/text.js";
import { givenAnew, resumable } from "../config/resumable.js";
import { type TrainConfig, trainConfigSchema } from "../config/schema.js";
import { meanOf } from "../metrics/student.js";
import { writeReportOfAll } from "../report/of-all.js";
import { checkConfig } from "../run/check-config.js";
import { refusePiped } from "../run/data-place.js";
import type { RepeatDocument } from "../run/documents/search.js";
import type { TrainDocument } from "../run/documents/train.js";
import { writesFiles } from "../run/run-folder.js";
import { claimNumber, makeFolder, namesIn, runsFolder } from "../run/runs.js";
import type { TrainEvent } from "../train/events.js";
import { completeOptions, type TrainOptions } from "../train/options.js";
import { InOrder } from "./in-order.js";
import { runAll } from "./run-all.js";

export interface RepeatOptions extends Pick<TrainOptions, "config" | "sources" | "resume" | "resumeWith" | "signal"> {
  /** Leave `report.html` in each run's folder, and one of all of them. */
  readonly report?: boolean;
  onEvent?(event: TrainEvent): void;
}

export type RepeatOutcome =
  /** `missed`: the error of a mean below `requireAccuracy`. */
  | { readonly status: "done"; readonly result: RepeatDocument; readonly missed: HeddleError | null }
  | { readonly status: "stopped"; readonly folder: string };

/** What a run that goes on is told anew. */
const ofMachine = resumable.filter((key) => key !== "requireAccuracy");
const fileName = "repeat.json";

/** Whether a folder is that of a training with several seeds or folds. */
export const isRepeat = (folder: string): boolean => isFile(join(folder, fileName));

/** `config.seeds` or `config.folds` says how often; each must come to its end. Throws HeddleError. */
export async function trainRepeatedly(given: RepeatOptions): Promise<RepeatOutcome> {
  anObject(given, "trainRepeatedly, options");
  const { report = false, ...rest } = given;
  aSwitch(report, "trainRepeatedly, report");
  const options = completeOptions(rest);
  if (options.config.dataset !== undefined) refusePiped(options.config.dataset);
  const { folder, config } = options.resume === undefined ? begin(options) : reopen(options);
  const lock = lockFolder(folder, "a repeated training");
  try {
    // What is required, the runs together have to reach.
    const { seeds, folds, seed: first, requireAccuracy, ...common } = config;
    const count = seeds ?? folds ?? 1;
    const ownOf = (i: number) =>
      seeds === undefined ? { seed: first, fold: `${i + 1}/${count}` } : { seed: first + i };
    const whatOf = (i: number): string =>
      seeds === undefined ? `Fold ${i + 1} of ${count}` : `Seed ${first + i}, ${i + 1} of ${count}`;
    const runOf = (i: number): string => join(folder, `${i + 1}`);
    const runs: RepeatDocument["runs"] = [];
    const inOrder = new InOrder(count, (i) => {
      const text = i === 0 ? `${whatOf(i)}. ${splitText(config)}` : `${whatOf(i)}.`;
      options.onEvent({ kind: "note", text });
    });
    await runAll({
      folder,
      parallel: 1,
      signal: options.signal,
      tasks: Array.from({ length: count }, (_, i) => ({
        folder: runOf(i),
        config: { ...common, ...ownOf(i) },
        machine: Object.fromEntries(
          ofMachine.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])),
        ),
        until: null,
        report,
        measure: null,
        begun: false,
      })),
      note: (text) => options.onEvent({ kind: "note", text }),
      onEvent: (i, event) => inOrder.say(i, () => options.onEvent(event)),
      onEnd: (i, { came }) => {
        if (came.status !== "done" && came.status !== "failed") return;
        inOrder.end(i, () => {
          if (came.status === "failed") throw failure(whatOf(i), came.reason);
          const which = seeds === undefined ? { fold: i + 1 } : { seed: first + i };
          runs.push({ ...which, run: runOf(i), result: came.result });
        });
      },
    });
    if (runs.length < count) return { status: "stopped", folder };
    const result = documentOf(folder, runs);
    writeAtomically(join(folder, "result.json"), [sealJson(result, 2)]);
    if (report) await leaveReport(folder, result, options);
    return { status: "done", result, missed: missedMean(result, requireAccuracy) };
  } finally {
    lock.release();
  }
}

function failure(where: string, reason: string): HeddleError {
  const fix = "The runs before it are whole.";
  return runError({ where, expected: "a run that comes to its end", got: `a failure (${reason})`, fix });
}

/** The runs are over and saved: a page that cannot be made costs the page alone. */
async function leaveReport(folder: string, { runs }: RepeatDocument, options: ReturnType<typeof completeOptions>) {
  const path = join(folder, "report.html");
  const { dataDir, threads, backend } = options.config;
  try {
    const all = runs.map(({ run }) => run);
    if (all.length > 1) await writeReportOfAll(all, path, { dataDir, threads, backend });
  } catch (error) {
    options.onEvent({ kind: "note", text: `${path} could not be written: ${reasonOf(error)}` });
  }
}

/** Whether the seeds differ in their samples too: what the deviation is of. */
function splitText({ seeds, folds, validation, validationSplit, subset }: TrainConfig): string {
  if (seeds === undefined)
    return `Each of the ${folds} parts is tested on once; validation is held back from the others.`;
  const drawn = (validation !== 0 && validation !== "own" && validationSplit === "stratified") || subset !== undefined;
  return drawn
    ? "The training and validation samples change with the seed; the test split is the same."
    : "All seeds have the same samples.";
}

function documentOf(folder: string, runs: RepeatDocument["runs"]): RepeatDocument {
  const accuracyOf = (score: TrainDocument["test"]): number | null => {
    const value = (score as Readonly<Record<string, unknown>> | null)?.["accuracy"];
    return typeof value === "number" ? value : null;
  };
  const splits = ["test", "validation"] as const;
  const split = splits.find((name) => runs.every(({ result }) => accuracyOf(result[name]) !== null));
  if (split === undefined) {
    const expected = "an accuracy on a test or validation split of each run";
    throw dataError({ where: folder, expected, got: "neither", fix: "Give --validation a share." });
  }
  const { mean, deviation, interval } = meanOf(runs.map(({ result }) => accuracyOf(result[split])!));
  const known = interval && ([interval[0], interval[1]] as [number, number]);
  return { schema: 1, folder, split, metric: "accuracy", runs, mean, deviation, interval: known };
}

function missedMean({ mean, runs, split, folder }: RepeatDocument, least: number | undefined): HeddleError | null {
  if (least === undefined || mean >= least) return null;
  return targetError({
    where: "--require-accuracy",
    expected: `a mean ${split} accuracy of at least ${percent(least)}`,
    got: `${percent(mean)} of ${runs.length} runs`,
    fix: `The runs and their models stay in ${folder}.`,
  });
}

interface Repeated {
  readonly folder: string;
  readonly config: TrainConfig;
}

function begin({ config, sources }: ReturnType<typeof completeOptions>): Repeated {
  checkConfig(config, sources);
  const flag = config.seeds === undefined ? "--folds" : "--seeds";
  const { out, overwrite, seeds, folds, dataset } = config;
  if (!writesFiles(out)) throw usageError({ where: flag, expected: "a folder for its runs", got: "--out none" });
  if (overwrite) {
    throw usageError({
      where: "--overwrite",
      expected: `no ${flag} beside it`,
      got: "both",
      fix: "Name a new folder.",
    });
  }
  const label = seeds === undefined ? `${folds}-folds` : `${seeds}-seeds`;
  const folder = out ?? claimNumber(runsFolder, `${dataset}-${label}`.replace(/[^A-Za-z0-9._-]+/g, "-"));
  const kind = kindOf(folder);
  const names = kind === "folder" ? namesIn(folder).filter((name) => !name.startsWith(".heddle-")) : [];
  if ((kind !== "nothing" && kind !== "folder") || names.length > 0) {
    const got = kind === "folder" ? `one with ${names.length} entries (${names.slice(0, 3).join(", ")})` : `a ${kind}`;
    const fix = isRepeat(folder)
      ? `heddle train --resume ${shellPath(folder)} goes on with it.`
      : "Name another folder.";
    throw usageError({ where: `--out ${folder}`, expected: "an absent or empty folder", got, fix });
  }
  makeFolder(folder);
  writeAtomically(join(folder, fileName), [sealJson({ schema: 1, config: { ...config, out: undefined } }, 2)]);
  return { folder, config };
}

/** The settings it was begun with; those of the machine may be given anew. */
function reopen({
  resume: folder = "",
  config: given,
  sources,
  resumeWith,
}: ReturnType<typeof completeOptions>): Repeated {
  if (resumeWith !== undefined) {
    throw usageError({ where: "--resume-with", expected: "the folder of one run", got: `${folder}, of several` });
  }
  const path = join(folder, fileName);
  const what = "the description of a repeated training";
  const { config } = readSealedJson(path, { what });
  const parsed = trainConfigSchema.safeParse(config);
  if (!parsed.success) {
    const [{ path: place, message }] = parsed.error.issues;
    throw dataError({ where: `${path}, ${place.join(".")}`, expected: "a configuration", got: message });
  }
  return { folder, config: { ...parsed.data, ...givenAnew(given, sources) } };
}
