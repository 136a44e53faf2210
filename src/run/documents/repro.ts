/** What `repro --json` prints, and `result.json` of its folder holds. */
import { z } from "zod";
import { count, schemaNumber, text } from "./parts.js";

const share = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).nullable();

export const reproRow = z.strictObject({
  name: text,
  mode: z.enum(["as-published", "fixed"]).nullable().describe("null where the source's mistakes are not of training"),
  published: share.describe("test accuracy that the source gives"),
  ours: share.describe("test accuracy, the mean of its seeds; null where a run failed"),
  interval: interval.describe("of ours, 95 %: Wilson's of one seed, Student's t of several"),
  difference: share.describe("ours - published"),
  differenceInterval: interval,
  deviation: share.describe("of several seeds, with n - 1"),
  train: share.describe("training accuracy of the same epoch, while the weights moved"),
  epochs: count.describe("trained, at most"),
  publishedEpochs: count,
  seeds: count,
  seconds: z.number().nullable().describe("of training, the mean of its seeds"),
  epochSeconds: z.number().nullable(),
  publishedEpochSeconds: z.number().nullable(),
  prediction: z
    .strictObject({ images: count, seconds: z.number(), pack: text.describe("folder to hand in, as of heddle pack") })
    .nullable()
    .describe("one call on the whole test split"),
  findings: z.array(text).describe("what heddle doctor says of its run, errors and warnings"),
  reason: text.nullable().describe("why it has no score"),
  note: text,
  runs: z.array(text).describe("their folders"),
});

export const reproDocument = z
  .strictObject({
    schema: schemaNumber,
    name: text,
    source: text,
    place: text.describe("of the published numbers in it"),
    folder: text,
    quick: z.boolean().describe("a subset and few epochs: no result"),
    whole: z.boolean().describe("all rows are there"),
    machine: z.strictObject({ cpu: text, isa: text, threads: count }),
    date: text,
    mistakes: z.array(text),
    rows: z.array(reproRow),
    confusions: z
      .strictObject({
        row: text,
        pairs: z.array(z.strictObject({ from: text, to: text, samples: count })),
      })
      .nullable(),
    contest: z
      .array(z.strictObject({ strategy: text, trials: count, best: z.number().nullable(), folder: text }))
      .nullable(),
  })
  .describe("heddle repro NAME --json, and result.json in its folder");

export const reproSpeedDocument = z
  .strictObject({
    schema: schemaNumber,
    name: text,
    source: text,
    folder: text,
    quick: z.boolean().describe("a subset: no result"),
    machine: z.strictObject({ cpu: text, isa: text, threads: count }),
    date: text,
    goal: z.number(),
    met: z.boolean().describe("the mean reaches the goal"),
    accuracy: z.strictObject({ mean: z.number(), deviation: share, runs: count }),
    seconds: z.strictObject({
      training: z.number().describe("steps alone, data in memory: the mean"),
      views: z.number().nullable().describe("to ask about views of the test images; null where the recipe has none"),
      command: z.number().describe("from the start of the process to the test score: the mean"),
    }),
    flop: z.number().describe("of one training, without what Winograd saves"),
    peakShare: share.describe("flop / training / FMA peak of the threads; null of the reference"),
    anchors: z.array(text),
    runs: z.array(
      z.strictObject({
        seed: count,
        accuracy: z.number(),
        training: z.number(),
        views: z.number().nullable(),
        command: z.number(),
        run: text,
      }),
    ),
  })
  .describe("heddle repro mnist-99 --json and its kind, and result.json in its folder");

export const reproListDocument = z
  .strictObject({
    schema: schemaNumber,
    experiments: z.array(z.strictObject({ name: text, kind: z.enum(["table", "speed"]), summary: text, source: text })),
  })
  .describe("heddle repro --json");

export type ReproDocument = z.infer<typeof reproDocument>;
export type ReproRow = z.infer<typeof reproRow>;
export type ReproSpeedDocument = z.infer<typeof reproSpeedDocument>;
