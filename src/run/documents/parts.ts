/** What several documents are made of. */
import { z } from "zod";
import { metrics } from "../../metrics/index.js";
import type { Metric } from "../../metrics/metric.js";
import { splitNames, weightNames } from "../../metrics/score.js";

export const count = z.number().int().min(0);
export const share = z.number().min(0).max(1);
export const hash = z.string().regex(/^blake3:[0-9a-f]{64}$/);
export const backendName = z.enum(["native", "reference"]);
/** Goes up when a document changes so that a reader of the former kind could be misled. */
export const schemaNumber = z.literal(1);
export const text = z.string();
export const size = z.strictObject({ height: count, width: count });
export const imageShape = z.strictObject({ height: count, width: count, channels: count });

/** `base/finding.ts`. */
export const findings = z
  .array(
    z.strictObject({
      id: text.describe("names the kind"),
      severity: z.enum(["note", "warning", "error"]),
      evidence: text.describe("what was found"),
      fix: text.describe("what to do about it, or nothing"),
    }),
  )
  .describe("what a person should know, the gravest first");

/** One entry per metric that `value` is not undefined for, names with a dot as an object of their own. */
function byMetric(value: (metric: Metric) => z.ZodType | undefined): Record<string, z.ZodType> {
  const plain: Record<string, z.ZodType> = {};
  const nested: Record<string, Record<string, z.ZodType>> = {};
  for (const metric of metrics) {
    const schema = value(metric)?.describe(metric.summary).optional();
    const [outer, inner] = metric.name.split(".");
    if (!schema) continue;
    if (inner === undefined) plain[outer] = schema;
    else nested[outer] = { ...nested[outer], [inner]: schema };
  }
  const objects = Object.entries(nested).map(([name, shape]) => [name, z.strictObject(shape).optional()] as const);
  return { ...plain, ...Object.fromEntries(objects) };
}

const measured = ({ unit }: Metric): z.ZodType =>
  ({ share, loss: z.number(), count, score: z.number() })[unit].nullable();

/** Metrics on one split, as entries of an object. */
export const scoreEntries = {
  ...byMetric(measured),
  split: z.enum([...splitNames, "all"]).describe("all: every image of a set without splits"),
  epoch: count.nullable().describe("after which the weights were so; null where the model file does not say"),
  weights: z.enum(weightNames).describe("of the best epoch, of the last step, or while they moved"),
  averaged: z.boolean().describe("the weights are a moving average"),
  augmented: z.boolean().describe("images were changed at random before they were measured"),
  samples: count,
  intervals: z
    .strictObject(byMetric(({ proportion }) => (proportion ? z.tuple([share, share]).nullable() : undefined)))
    .describe("where the true shares lie with 95 % certainty (Wilson)"),
};
export const score = z.strictObject(scoreEntries).describe("metrics on one split");

/** `metrics/guess.ts`. */
export const guess = z
  .strictObject({
    chance: share.describe("right by chance: 1 / classes"),
    always: z.strictObject({ className: text, share }).describe("right by always saying the commonest class"),
  })
  .describe("what the accuracy must beat");

/** `metrics/target.ts`. */
export const threshold = z
  .strictObject({ accuracy: share, met: z.boolean().nullable().describe("null: not measured") })
  .describe("--require-accuracy, on the test split");

export type ScoreDocument = z.infer<typeof score>;
