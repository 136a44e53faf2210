/** What `summary --json` prints. */
import { z } from "zod";
import { count, imageShape, schemaNumber, size, text } from "./parts.js";

const layer = z.strictObject({
  name: text.describe("as tensors of the model file begin"),
  type: text,
  description: text,
  output: imageShape,
  parameters: count,
  statistics: count,
  multiplyAdds: count.describe("of one sample's forward pass"),
  activationBytes: count.describe("its output of one sample"),
  receptiveField: size.describe("pixels of the image that one number of the output depends on"),
});

const stage = z.strictObject({
  layers: z.array(text),
  extent: text.describe("how many samples go through it at a time"),
  gradient: z.enum(["groups", "owners"]).nullable().describe("who adds up its weights' gradient"),
  operations: z.array(text),
  keptBytes: count,
  bands: z
    .strictObject({ forward: size.optional(), backward: size.optional() })
    .describe("the passes whose product ranks divide in tiles, and in how many bands of rows; by samples where absent"),
});

export const summaryDocument = z
  .strictObject({
    schema: schemaNumber,
    parameters: count.describe("learned numbers"),
    statistics: count.describe("running statistics, which are not learned"),
    multiplyAdds: count.describe("of one sample's forward pass"),
    layers: z.array(layer),
    activationBytes: count,
    memory: z
      .strictObject({ bytes: count, batchSize: count, optimizer: text, dtype: z.enum(["f32", "f64"]), threads: count })
      .describe("what a training run takes"),
    schedule: z
      .strictObject({
        updates: count,
        updatesPerEpoch: count,
        dataset: text.describe("what the lengths are of"),
        rates: z.array(z.number()).describe("of each update, from the first"),
        momenta: z.array(z.number()).nullable().describe("where the schedule moves momentum too"),
      })
      .optional()
      .describe("with --schedule"),
    groups: z
      .array(
        z.strictObject({
          name: text.describe("its selectors"),
          rule: text.nullable().describe("its optimizer; null where it is frozen"),
          lr: z.number().nullable(),
          parameters: count,
          tensors: z.array(text),
        }),
      )
      .optional()
      .describe("with --groups or --freeze"),
    plan: z
      .strictObject({
        chunk: count,
        groups: count,
        sliced: z.boolean().describe("ranks take single samples, and slices of the sums over groups"),
        stages: z.array(stage),
        phases: z
          .array(
            z.strictObject({
              layers: z.array(text),
              busy: count.describe("ranks that have work"),
              largest: z.number().describe("the largest part of a rank against the mean of all"),
            }),
          )
          .describe("between the meetings of all ranks"),
      })
      .describe("how a step goes through it"),
    sentence: text.describe("the net in the arrow language"),
    input: imageShape,
    classes: count,
    notes: z.array(text),
  })
  .describe("heddle summary --json");
