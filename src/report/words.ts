/** Numbers of a report with what they are of: none stands without it. */
import { counted, percent } from "../base/text.js";
import type { NamedModel } from "../inference/open-model.js";
import { valueText } from "../metrics/index.js";
import type { Metric } from "../metrics/metric.js";
import type { Score } from "../metrics/score.js";
import { wilson } from "../metrics/wilson.js";
import { type Html, html } from "./html.js";

/** "test split, 360 samples, best weights (epoch 12)": what a score is of. */
export function contextText({ split, epoch, weights, averaged, augmented, samples }: Omit<Score, "values">): string {
  const what = weightsText({ epoch, weights, averaged, augmented });
  return [split === "all" ? "all images" : `${split} split`, counted(samples, "sample"), what].join(", ");
}

/** "best weights (epoch 12)". */
export function weightsText({
  epoch,
  weights,
  averaged,
  augmented,
}: Omit<Score, "values" | "split" | "samples">): string {
  const of = { best: "best weights", last: "last weights", running: "weights as they moved" }[weights];
  const when = epoch === null ? "" : ` (epoch ${epoch})`;
  return `${averaged ? "averaged " : ""}${of}${when}${augmented ? ", augmented images" : ""}`;
}

/** A value as people read it, with all its digits for programs. */
export const dataOf = (metric: Pick<Metric, "unit">, value: number | null | undefined): Html =>
  value === null || value === undefined
    ? html`<span title="not defined here">–</span>`
    : html`<data value="${value}">${valueText(metric, value)}</data>`;

/** "95 % interval 96.85 % to 98.41 %" of a share of samples; nothing where it is none. */
export function intervalWords(
  { proportion }: Metric,
  value: number | null | undefined,
  samples: number,
): string | null {
  if (!proportion || typeof value !== "number") return null;
  const interval = wilson(value, samples);
  return interval && `${percent(interval.low)} to ${percent(interval.high)}`;
}

/** "best weights": which of a run's a model file holds. */
export const weightsOf = ({ weights }: Pick<NamedModel, "weights">): string => `${weights} weights`;
