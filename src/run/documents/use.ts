/** What `evaluate --json` and `predict --json` print. */
import { z } from "zod";
import { classMetrics } from "../../metrics/index.js";
import { splitNames } from "../../metrics/score.js";
import { count, findings, guess, schemaNumber, scoreEntries, share, text, threshold } from "./parts.js";

const classNames = z.array(text).describe("the model's, in the order of its numbers");

export const evaluateDocument = z
  .strictObject({
    schema: schemaNumber,
    model: text,
    dataset: text,
    ...scoreEntries,
    guess,
    classNames,
    auc: z.strictObject({
      macro: z.number().nullable().describe("mean over the classes that have one"),
      perClass: z.array(z.number().nullable()).describe("area under ROC of each class against the rest"),
    }),
    perClass: z.array(
      z.strictObject({
        class: count,
        ...Object.fromEntries(classMetrics.map(({ name, summary }) => [name, z.number().nullable().describe(summary)])),
        support: count.describe("samples of the class"),
      }),
    ),
    confusion: z.array(z.array(count)).describe("[true class][predicted class]: samples"),
    confusionByRow: z
      .array(z.array(share.nullable()))
      .describe("shares of each true class's samples; null without any"),
    confusionAxes: z.tuple([z.literal("true"), z.literal("predicted")]).describe("what rows and columns are"),
    unknown: z
      .array(z.strictObject({ className: text, samples: count }))
      .describe("classes of the data that the model does not know; their samples count nowhere else"),
    tta: z
      .strictObject({ list: text, views: count })
      .optional()
      .describe("--tta: every number is of the mean of the probabilities over so many views of each image"),
    threshold: threshold.optional(),
  })
  .describe("heddle evaluate --json");

export type EvaluateDocument = z.infer<typeof evaluateDocument>;

const answer = {
  class: count,
  className: text,
  probabilities: z.array(share).describe("in the order of classNames"),
  top: z
    .array(z.strictObject({ class: count, className: text, probability: share }))
    .optional()
    .describe("the likeliest classes, the best first; with --top"),
};
const numbers = z.strictObject({
  shape: z.array(count),
  least: z.number(),
  largest: z.number(),
  norm: z.number(),
  values: z.array(z.number()).nullable().describe("all of a small tensor"),
});

export const explainDocument = z
  .strictObject({
    schema: schemaNumber,
    model: text,
    dataset: text,
    split: z.enum([...splitNames, "all"]),
    sample: count,
    label: count,
    predicted: count,
    classNames,
    input: numbers.describe("what the first layer gets"),
    layers: z.array(
      z.strictObject({
        name: text,
        what: text,
        output: numbers,
        receptiveField: z
          .strictObject({ height: count, width: count })
          .describe("pixels of the image that one number of the output depends on"),
      }),
    ),
    logits: z.array(z.number()),
    probabilities: z.array(share),
    lossName: text,
    loss: z.number(),
    backward: z
      .strictObject({
        optimizer: text,
        rate: z.number(),
        parameters: z.array(
          z.strictObject({
            name: text,
            weights: numbers,
            gradient: numbers.describe("dL/dw of this sample alone"),
            step: numbers.describe("what the optimizer's first update adds to w"),
          }),
        ),
        lossAfter: z.number(),
      })
      .nullable()
      .describe("null where the net has batch norm"),
    kernels: z
      .strictObject({
        kernels: z.array(
          z.strictObject({
            name: text,
            summary: text,
            factor: z.number().describe("of the rows"),
            rows: z.array(z.array(z.number())),
            output: numbers.describe("of the image's grey, 0 to 1, with 0 beyond its border"),
          }),
        ),
        curve: z
          .strictObject({ same: z.number(), other: z.number() })
          .describe("a 7x7 curve detector where its curve is, and where it is not"),
      })
      .optional()
      .describe("--kernels: what kernels whose work is known make of the image"),
    notes: z.array(text),
  })
  .describe("heddle explain --json");

const speed = {
  seconds: z.number().describe("from bytes to probabilities, once the net is warm"),
  imagesPerSecond: z.number(),
};

export const predictDocument = z
  .strictObject({
    schema: schemaNumber,
    classNames,
    predictions: z.array(
      z.strictObject({
        index: count.describe("of the image in its split"),
        ...answer,
        label: count.nullable().describe("the true class; null where the model does not know it"),
        labelName: text.nullable().describe("in the data; null where they have no labels"),
      }),
    ),
    ...speed,
  })
  .describe("heddle predict --json, of images of a data set");

export const predictFilesDocument = z
  .strictObject({
    schema: schemaNumber,
    classNames,
    predictions: z.array(
      z.strictObject({ file: text, ...answer, steps: z.array(text).describe("what was done to the image") }),
    ),
    counts: z.array(count).describe("images that were taken for each class"),
    failed: z.array(z.strictObject({ file: text, reason: text })).describe("files that do not decode"),
    findings,
    ...speed,
  })
  .describe("heddle predict IMAGE... --json");
