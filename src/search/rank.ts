/** Who is ahead: what the table, halving and the best trial go by. */
import { isBetter } from "../metrics/index.js";
import type { Metric } from "../metrics/metric.js";

interface Scored {
  readonly trial: number;
  readonly score: number | null;
}

/** Below 0 where the first is ahead: the better score, any score before none, the earlier trial of equals. */
export const ahead =
  (metric: Metric) =>
  (a: Scored, b: Scored): number =>
    isBetter(metric, a.score, b.score) ? -1 : isBetter(metric, b.score, a.score) ? 1 : a.trial - b.trial;

/** Of a whole rung, those that go on: 1 / factor of all, rounded down, and none without a score. */
export function goOn<T extends Scored>(rung: readonly T[], metric: Metric, factor: number): T[] {
  const scored = rung.filter(({ score }) => score !== null).sort(ahead(metric));
  return scored.slice(0, Math.floor(rung.length / factor));
}
