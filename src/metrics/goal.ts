/** A value that a metric has to reach on a split: "validation accuracy >= 0.99", "train loss < 0.01". */
import { usageError } from "../base/errors.js";
import { suggest } from "../base/registry.js";
import { findMetric } from "./index.js";
import type { Metric } from "./metric.js";
import type { Measured } from "./score.js";

export interface Goal {
  readonly split: keyof Measured;
  readonly metric: Metric;
  /** Better than the value, not equal to it. */
  readonly strict: boolean;
  readonly value: number;
}

const splits: readonly (keyof Measured)[] = ["validation", "train"];
/** What is added up while training goes on. */
const running: readonly string[] = ["loss", "accuracy"];
const pattern = /^\s*(?:(\S+)\s+)??(\S+?)\s*([<>]=?)\s*(\S+)\s*$/;

/** Throws `usageError` naming `where`: for another form, an unknown name, or a comparison that any bad value passes. */
export function parseGoal(text: string, where: string): Goal {
  const refuse = (expected: string, got: string, fix?: string) =>
    usageError({ where, expected, got, ...(fix !== undefined && { fix }) });
  const [, ofSplit = "validation", name, sign, number] = pattern.exec(text) ?? [];
  const value = Number(number);
  if (sign === undefined || Number.isNaN(value)) {
    throw refuse("a split, a metric, a sign and a number, as in validation accuracy >= 0.99", `"${text}"`);
  }
  const split = splits.find((each) => each === ofSplit);
  if (!split) throw refuse("validation or train", `"${ofSplit}"`, suggest(ofSplit, splits));
  const metric = findMetric(name, { where, what: `a metric of ${split}` });
  if (split === "train" && !running.includes(metric.name)) {
    throw refuse(`${running.join(" or ")}, which training adds up`, `train ${metric.name}`, "Name validation.");
  }
  const sense = metric.better === "higher" ? ">" : "<";
  if (!sign.startsWith(sense)) {
    throw refuse(`${sense}= or ${sense}, since a ${metric.better} ${metric.title} is better`, `"${sign}"`);
  }
  if (metric.unit === "share" && (value < 0 || value > 1)) {
    throw refuse(`a share from 0 to 1 for ${metric.title}`, String(number), "99 % is 0.99.");
  }
  return { split, metric, strict: !sign.endsWith("="), value };
}

/** False where the value is not known. */
export function meets(measured: Measured, { split, metric, strict, value }: Goal): boolean {
  const reached = measured[split]?.values[metric.name] ?? null;
  if (reached === null || Number.isNaN(reached)) return false;
  if (reached === value) return !strict;
  return metric.better === "higher" ? reached > value : reached < value;
}
