/** What `train --json` prints and `result.json` holds: how a run ended and what came of it. */
import { z } from "zod";
import { type GoodEnding, endings as goodEndings } from "../endings/index.js";
import { backendName, count, findings, guess, hash, schemaNumber, score, text, threshold } from "./parts.js";

/** How a run can end. */
export type Ending = GoodEnding | "interrupted" | "failed";

export const endings: readonly { readonly name: Ending; readonly summary: string }[] = [
  ...goodEndings,
  { name: "interrupted", summary: "a signal, with a checkpoint" },
  { name: "failed", summary: "error says why" },
];

export const trainDocument = z
  .strictObject({
    schema: schemaNumber,
    ended: z
      .enum(endings.map(({ name }) => name))
      .describe(endings.map(({ name, summary }) => `${name}: ${summary}`).join("; ")),
    run: z.string().nullable().describe("its folder; null where it wrote no files"),
    model: z.string(),
    parameters: count.describe("learned numbers"),
    dataset: z.string(),
    threads: count,
    backend: backendName,
    isa: z.string().describe("instruction set of the kernels"),
    backendNote: z.string().nullable().describe("why the plain back end computed though nobody asked for it"),
    seed: count,
    epochs: count.describe("epochs asked for"),
    epoch: count.describe("epochs that have ended"),
    steps: count.describe("updates of the weights, of the whole run"),
    bestEpoch: count.nullable().describe("the epoch whose weights are the model; it need not have ended"),
    select: z
      .string()
      .nullable()
      .describe("the metric of validation that chose it; null without validation: the last epoch"),
    train: score.nullable().describe("running means over the best epoch, while the weights moved"),
    validation: score.nullable().describe("after the best epoch"),
    test: score.nullable().describe("of the best weights, measured once"),
    threshold: threshold.nullable(),
    weightsHash: hash.nullable().describe("of the weights after the last step"),
    modelHash: hash.nullable().describe("of the weights in model.safetensors"),
    samplesPerSecond: z.number().nullable(),
    seconds: z.number().describe("of this process, loading included"),
    guess: guess.nullable().describe("of the split that says most; null of a run that did not get to its end"),
    findings,
    version: z.string().describe("of Heddle"),
    error: z.string().nullable().describe("why it failed"),
  })
  .describe("heddle train --json, and result.json in the run folder");

const compared = z.union([text, z.number()]).nullable();

export const verifyDocument = z
  .strictObject({
    schema: schemaNumber,
    run: text,
    same: z.boolean(),
    compared: z.array(z.strictObject({ name: text, was: compared, is: compared })),
    firstDifference: count.nullable().describe("the first epoch whose losses differ"),
    notes: z.array(text),
  })
  .describe("heddle verify --json");

const ranges = z.array(
  z.strictObject({
    name: text,
    what: text,
    low: z.number().nullable().describe("of the finite numbers"),
    high: z.number().nullable(),
    nonFinite: count,
    numbers: count,
  }),
);

export const replayDocument = z
  .strictObject({
    schema: schemaNumber,
    epoch: count,
    step: count,
    samples: z.array(count).describe("places in the training split"),
    reproduced: z.boolean().describe("the loss, or the norm of the gradient, was not finite again"),
    layers: ranges,
    parameters: ranges,
  })
  .describe("heddle replay --json");

export type TrainDocument = z.infer<typeof trainDocument>;
