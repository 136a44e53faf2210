/** The registry of metrics. */
import { pick, type Wanted } from "../base/registry.js";
import { count, number, percent } from "../base/text.js";
import { accuracy } from "./accuracy.js";
import type { Answers } from "./answers.js";
import { auc } from "./auc.js";
import { balancedAccuracy } from "./balanced-accuracy.js";
import { ece } from "./ece.js";
import { errors } from "./errors.js";
import { f1 } from "./f1.js";
import { kappa } from "./kappa.js";
import { logLoss } from "./log-loss.js";
import { loss } from "./loss.js";
import { mcc } from "./mcc.js";
import type { Metric } from "./metric.js";
import { type ClassMetric, classCounts } from "./per-class.js";
import { precision } from "./precision.js";
import { recall } from "./recall.js";
import { nested, type Score, scoreDocument } from "./score.js";
import { topK } from "./top-k.js";
import { wilson } from "./wilson.js";

/** Those that have a value for each class. */
export const classMetrics: readonly ClassMetric[] = [precision, recall, f1, auc];

export const metrics: readonly Metric[] = [
  loss,
  accuracy,
  errors,
  topK(1),
  topK(5),
  balancedAccuracy,
  logLoss,
  kappa,
  mcc,
  ece,
  ...classMetrics.flatMap(({ macro, weighted }) => (weighted ? [macro, weighted] : [macro])),
];

/** Those of every epoch's line. */
export const everyEpoch = metrics.filter((metric) => metric.everyEpoch);

export const findMetric = (name: string, wanted: Wanted = { where: "metric", what: "a metric" }): Metric =>
  pick(metrics, name, wanted);

/** Whether the logits of every sample must be kept for these. */
export const readLogits = (which: readonly Metric[]): boolean => which.some(({ needsLogits }) => needsLogits);

/** What is said of the answers, by the metrics' names. */
export const measure = (answers: Answers, which: readonly Metric[]): Readonly<Record<string, number | null>> =>
  Object.fromEntries(which.map((metric) => [metric.name, finite(metric.of(answers))]));

/** What is said of each class, by the class metrics' names, with the number of its samples. */
export function measureClasses(answers: Answers): ClassScores[] {
  const values = classMetrics.map((metric) => [metric.name, metric.of(answers)] as const);
  return classCounts(answers.confusion).support.map((support, label) => ({
    class: label,
    values: Object.fromEntries(values.map(([name, of]) => [name, finite(of[label])])),
    support,
  }));
}

export interface ClassScores {
  readonly class: number;
  /** Null where one is not defined. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly support: number;
}

/** Logits that have left the numbers leave nothing defined. */
const finite = (value: number | null): number | null => (Number.isFinite(value) ? value : null);

/** Whether a value is better than another by more than `by`; equal is not, what is not defined never, anything is better than that. */
export function isBetter({ better }: Metric, value: number | null, than: number | null, by = 0): boolean {
  if (value === null || Number.isNaN(value)) return false;
  if (than === null || Number.isNaN(than)) return true;
  return better === "higher" ? value > than + by : value < than - by;
}

/** A score as a result has it: with the intervals of its shares. */
export function measuredDocument(score: Score): Readonly<Record<string, unknown>> {
  const shares = metrics.filter(({ name, proportion }) => proportion && name in score.values);
  const intervals = shares.map(({ name }) => {
    const share = score.values[name];
    const interval = share === null ? null : wilson(share, score.samples);
    return [name, interval && [interval.low, interval.high]];
  });
  return { ...scoreDocument(score), intervals: nested(Object.fromEntries(intervals) as Record<string, unknown>) };
}

/** "96.85 .. 98.41": where the true share lies with 95 % certainty, in percent; empty where it is no share of samples. */
export function intervalText({ proportion }: Metric, value: number | null | undefined, samples: number): string {
  const interval = proportion && typeof value === "number" ? wilson(value, samples) : null;
  return interval ? `${(100 * interval.low).toFixed(2)} .. ${(100 * interval.high).toFixed(2)}` : "";
}

/** A value as people read it. */
export function valueText({ unit }: Pick<Metric, "unit">, value: number | null | undefined): string {
  if (value === null || value === undefined) return "-";
  return unit === "share" ? percent(value) : unit === "count" ? count(value) : number(value);
}
