/** What `search --json` and `train --seeds` print, and `result.json` of their folders holds. */
import { z } from "zod";
import { count, schemaNumber, score, text } from "./parts.js";
import { trainDocument } from "./train.js";

export const trialDocument = z.strictObject({
  trial: count.describe("from 1, in the order in which they were drawn"),
  name: text.optional().describe("of a variant"),
  config: z.record(z.string(), z.unknown()).describe("what it differs in, by the keys of the search file"),
  score: z.number().nullable().describe("its best value of the metric on validation; null where it has none"),
  epochs: count.describe("epochs that it was trained"),
  bestEpoch: count.nullable(),
  reason: text.nullable().describe("why it has no score"),
  validation: score.nullable().describe("after its best epoch"),
  test: score.nullable().describe("of its best weights, where it was trained to its end; decides nothing"),
  seconds: z.number(),
  run: text.describe("its folder"),
});

export const searchDocument = z
  .strictObject({
    schema: schemaNumber,
    folder: text,
    strategy: text.describe("or variants"),
    seed: count,
    metric: text,
    better: z.enum(["higher", "lower"]),
    trials: z.array(trialDocument).describe("the best first, those without a score last"),
    best: trialDocument.nullable(),
  })
  .describe("heddle search --json, and result.json in its folder");

export const repeatDocument = z
  .strictObject({
    schema: schemaNumber,
    folder: text,
    split: z.enum(["test", "validation"]).describe("what the numbers are of"),
    metric: z.literal("accuracy"),
    runs: z.array(
      z.strictObject({
        seed: count.optional().describe("of train --seeds"),
        fold: count.optional().describe("of train --folds, from 1"),
        run: text.describe("its folder"),
        result: trainDocument,
      }),
    ),
    mean: z.number(),
    deviation: z.number().nullable().describe("with n - 1; null of one run"),
    interval: z.tuple([z.number(), z.number()]).nullable().describe("of the mean, 95 %, by Student's t"),
  })
  .describe("heddle train --seeds or --folds --json, and result.json in their folder");

export type TrialDocument = z.infer<typeof trialDocument>;
export type SearchDocument = z.infer<typeof searchDocument>;
export type RepeatDocument = z.infer<typeof repeatDocument>;
