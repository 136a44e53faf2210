/** What the commands under `heddle data` print with `--json`. */
import { z } from "zod";
import { count, findings, hash, imageShape, schemaNumber, text } from "./parts.js";

export const state = z.enum(["embedded", "complete", "incomplete", "absent"]);

export const dataListDocument = z
  .strictObject({
    schema: schemaNumber,
    dataDir: text.nullable(),
    datasets: z.array(
      z.strictObject({
        name: text,
        summary: text,
        state,
        folder: text.nullable().describe("where its files are looked for"),
        missing: z.array(text),
      }),
    ),
    own: z.array(z.strictObject({ name: text, summary: text })).describe("sets of a user's own, by path"),
  })
  .describe("heddle data list --json");

const split = z.strictObject({ images: count, perClass: z.array(count), bytes: count });

export const dataInfoDocument = z
  .strictObject({
    schema: schemaNumber,
    dataset: text,
    shape: imageShape,
    maximum: count.describe("the largest value a pixel can have"),
    classes: z.array(text),
    splits: z.strictObject({ train: split, test: split.nullable(), validation: split.nullable() }),
    bytes: count,
    hash: hash.describe("over images and labels"),
    mean: z.array(z.number()).describe("of pixel / maximum over the training split, a channel each"),
    std: z.array(z.number()),
    notes: z.array(text),
    findings,
    fit: z.boolean().describe("false where nothing can be learned from it"),
  })
  .describe("heddle data info --json");

const copies = z.strictObject({
  train: z.array(count),
  test: z.array(count),
  labels: z.array(count),
  names: z.array(text).optional(),
});

const verification = z.strictObject({
  dataset: text,
  files: z.array(z.strictObject({ name: text, path: text.nullable(), right: z.boolean(), text })),
  counts: z
    .strictObject({ train: z.array(count), test: z.array(count).nullable() })
    .nullable()
    .describe("images of each class; null where the set could not be loaded"),
  duplicates: z
    .strictObject({
      across: z.array(copies).describe("images that stand in both splits"),
      inTrain: count,
      inTest: count,
      contradictions: count.describe("images under more than one label"),
    })
    .nullable(),
  problems: z.array(text).describe("what is wrong; none where all is well"),
});

export const dataVerifyDocument = z
  .strictObject({ schema: schemaNumber, datasets: z.array(verification) })
  .describe("heddle data verify --json");

export const dataFetchDocument = z
  .strictObject({
    schema: schemaNumber,
    dataset: text,
    folder: text,
    files: z.array(z.strictObject({ name: text, bytes: count, state: z.enum(["present", "fetched"]) })),
  })
  .describe("heddle data fetch --json");
