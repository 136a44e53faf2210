/** What `compare --json` prints. */
import { z } from "zod";
import { count, hash, schemaNumber, score, text } from "./parts.js";
import { endings } from "./train.js";

const position = count.describe("position in runs");

export const compareDocument = z
  .strictObject({
    schema: schemaNumber,
    runs: z.array(
      z.strictObject({
        run: text,
        model: text,
        dataset: text,
        parameters: count,
        ended: z.enum(endings.map(({ name }) => name)).nullable(),
        epochs: count,
        bestEpoch: count.nullable(),
        validation: score.nullable(),
        test: score.nullable(),
        seconds: z.number().nullable(),
        samplesPerSecond: z.number().nullable(),
        weightsHash: hash.nullable(),
        dataHash: text,
        splitHash: text,
      }),
    ),
    differences: z
      .array(z.strictObject({ key: text, values: z.array(z.unknown()) }))
      .describe("settings that are not the same in all; null where a run has none"),
    pairs: z.array(
      z.strictObject({
        a: position,
        b: position,
        samples: count.nullable(),
        onlyA: count.nullable().describe("samples that a alone has right"),
        onlyB: count.nullable(),
        p: z.number().nullable().describe("McNemar, exact, two-sided; null where the samples cannot be paired"),
        why: text.nullable().describe("why there is none"),
      }),
    ),
    divergence: z.array(
      z.strictObject({
        a: position,
        b: position,
        epoch: count.nullable().describe("the first with other numbers; null where there is none"),
        step: count.nullable().describe("where both logged their steps"),
        compared: count.describe("epochs that both have"),
      }),
    ),
    notes: z.array(text),
  })
  .describe("heddle compare --json");
