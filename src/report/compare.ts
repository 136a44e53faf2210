/** Runs side by side: settings that differ, scores, times, where their courses part, and whether their answers differ by more than chance. */
import { dataError, HeddleError } from "../base/errors.js";
import { aText, checkOptions, list } from "../base/given.js";
import type { TrainConfig } from "../config/schema.js";
import { type RunFacts, readFacts } from "../evidence/facts.js";
import { type History, historyOf } from "../evidence/history.js";
import { type MeasureOptions, measureChecks } from "../evidence/measured.js";
import { openModel } from "../inference/model-session.js";
import { mcnemar } from "../metrics/mcnemar.js";
import type { TrainDocument } from "../run/documents/train.js";

export interface ComparedRun {
  readonly run: string;
  readonly model: string;
  readonly dataset: string;
  readonly parameters: number;
  readonly ended: TrainDocument["ended"] | null;
  readonly epochs: number;
  readonly bestEpoch: number | null;
  readonly validation: TrainDocument["validation"];
  readonly test: TrainDocument["test"];
  readonly seconds: number | null;
  readonly samplesPerSecond: number | null;
  readonly weightsHash: string | null;
  readonly dataHash: string;
  readonly splitHash: string;
}

export interface Pair {
  /** Positions in `runs`. */
  readonly a: number;
  readonly b: number;
  /** Samples that both answered; null where they cannot be paired. */
  readonly samples: number | null;
  /** How many A alone, and B alone, has right. */
  readonly onlyA: number | null;
  readonly onlyB: number | null;
  /** McNemar, exact, two-sided. */
  readonly p: number | null;
  /** Why there is none. */
  readonly why: string | null;
}

export interface Divergence {
  readonly a: number;
  readonly b: number;
  /** The first epoch, and its step where both logged theirs, with other numbers; null where all that both have are equal. */
  readonly epoch: number | null;
  readonly step: number | null;
  /** Epochs that both have. */
  readonly compared: number;
}

export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** Settings that are not the same in all; null where a run has none. */
  readonly differences: readonly { readonly key: string; readonly values: readonly unknown[] }[];
  readonly pairs: readonly Pair[];
  readonly divergence: readonly Divergence[];
  readonly histories: readonly History[];
  readonly notes: readonly string[];
}

/** Where a run's files go says nothing of the run. */
const places: readonly string[] = ["out", "tensorboard", "csv"] satisfies (keyof TrainConfig)[];

/** Throws HeddleError where a folder is no run's. Answers that cannot be had are said, not thrown. */
export async function compareRuns(folders: readonly string[], options: MeasureOptions = {}): Promise<Comparison> {
  list(aText)(folders, "compareRuns, runs");
  checkOptions("compareRuns", options, measureChecks);
  if (folders.length < 2) {
    throw dataError({ where: "compare", expected: "two runs at least", got: `${folders.length}` });
  }
  const facts = folders.map((folder) => readFacts(folder));
  const answers: Told[] = [];
  for (const each of facts) answers.push(await answersOf(each, options));
  const pairs = pairsOf(facts.length).map(([a, b]) => pairOf(facts, answers, a, b));
  return {
    runs: facts.map(runOf),
    differences: differencesOf(facts),
    pairs,
    divergence: pairsOf(facts.length).map(([a, b]) => divergenceOf(facts, a, b)),
    histories: facts.map(({ lines, record }) => historyOf(lines, record.stepsPerEpoch)),
    notes: facts.flatMap(({ run, notes }) => notes.map((text) => `${run}: ${text}`)),
  };
}

const pairsOf = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, a) =>
    Array.from({ length: count - a - 1 }, (__, i): [number, number] => [a, a + 1 + i]),
  ).flat();

function runOf({ run, record, result }: RunFacts): ComparedRun {
  const { model, dataset, parameters, epochs, dataHash, splitHash } = record;
  return {
    ...{ run, model, dataset, parameters, epochs, dataHash, splitHash },
    ended: result?.ended ?? null,
    bestEpoch: result?.bestEpoch ?? null,
    validation: result?.validation ?? null,
    test: result?.test ?? null,
    seconds: result?.seconds ?? null,
    samplesPerSecond: result?.samplesPerSecond ?? null,
    weightsHash: result?.weightsHash ?? null,
  };
}

function differencesOf(facts: readonly RunFacts[]): Comparison["differences"] {
  const configs = facts.map(({ record }) => record.config as Readonly<Record<string, unknown>>);
  const keys = [...new Set(configs.flatMap((config) => Object.keys(config)))].filter((key) => !places.includes(key));
  return keys.flatMap((key) => {
    const values = configs.map((config) => config[key] ?? null);
    return new Set(values.map((value) => JSON.stringify(value))).size > 1 ? [{ key, values }] : [];
  });
}

interface Answered {
  readonly split: string;
  /** Samples, as `data/samples.ts` counts them, in the order of `right`. */
  readonly order: Uint32Array;
  readonly right: readonly boolean[];
}
type Told = Answered | { readonly why: string };

/** Of the best weights, on the split that says most: the test split, or validation. */
async function answersOf({ run, record }: RunFacts, options: MeasureOptions): Promise<Told> {
  try {
    const { split, order, engine } = await openModel(
      {
        path: run,
        dataDir: options.dataDir ?? record.config.dataDir,
        threads: options.threads ?? "auto",
        backend: options.backend ?? "auto",
      },
      ({ samples }) => samples,
      {},
    );
    try {
      const { answers } = await engine.score(order);
      return { split, order, right: Array.from(answers.labels, (label, i) => label === answers.predicted[i]) };
    } finally {
      await engine.close();
    }
  } catch (error) {
    if (error instanceof HeddleError) return { why: error.message };
    throw error;
  }
}

function pairOf(facts: readonly RunFacts[], answers: readonly Told[], a: number, b: number): Pair {
  const none = (why: string): Pair => ({ a, b, samples: null, onlyA: null, onlyB: null, p: null, why });
  const [first, second] = [answers[a], answers[b]];
  if ("why" in first) return none(first.why);
  if ("why" in second) return none(second.why);
  const [ofA, ofB] = [facts[a].record, facts[b].record];
  if (ofA.dataHash !== ofB.dataHash) {
    return none(`They are of other data: data hash ${ofA.dataHash} and ${ofB.dataHash}.`);
  }
  if (first.split !== second.split || first.order.join() !== second.order.join()) {
    return none(
      `Their ${first.split} and ${second.split} splits hold other samples: split hash ${ofA.splitHash} and ${ofB.splitHash}.`,
    );
  }
  let [onlyA, onlyB] = [0, 0];
  for (const [i, right] of first.right.entries()) {
    if (right && !second.right[i]) onlyA++;
    if (!right && second.right[i]) onlyB++;
  }
  return { a, b, samples: first.right.length, onlyA, onlyB, p: mcnemar(onlyA, onlyB), why: null };
}

/** By the numbers of the metrics, bit for bit; never by times. */
function divergenceOf(facts: readonly RunFacts[], a: number, b: number): Divergence {
  const linesOf = (position: number, kind: string) =>
    new Map(
      facts[position].lines
        .filter((line) => line.kind === kind)
        .map(({ epoch, step, train, validation, loss }) => [
          `${epoch as number}.${(step as number | undefined) ?? ""}`,
          {
            epoch: epoch as number,
            step: (step as number | undefined) ?? null,
            text: JSON.stringify([train, validation, loss]),
          },
        ]),
    );
  const compared = [...linesOf(a, "epoch").keys()].filter((key) => linesOf(b, "epoch").has(key)).length;
  for (const kind of ["step", "epoch"]) {
    const other = linesOf(b, kind);
    for (const [key, line] of linesOf(a, kind)) {
      const same = other.get(key);
      if (same && same.text !== line.text) return { a, b, epoch: line.epoch, step: line.step, compared };
    }
  }
  return { a, b, epoch: null, step: null, compared };
}
