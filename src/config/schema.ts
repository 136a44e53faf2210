/**
 * The run configuration: what `heddle train` can be told by flag, environment, file or default. One schema for all four:
 * flags, their help and their error messages are made from it (`fields.ts`).
 */
import { z } from "zod";
import { fits } from "../data/formats/resize.js";
import { splitOrders } from "../data/split.js";

const count = z.number().int().min(1);
const text = z.string().min(1);

/** What help shows: the description, the placeholder where the type does not give one, and a short flag. */
interface Help {
  description: string;
  value?: "NAME" | "NET" | "DIR" | "FILE" | "HEIGHTxWIDTH" | "PATTERN|FILE" | "none|balanced|FILE" | "none|PRESET|LIST";
  short?: string;
}
const help = (description: string, more: Omit<Help, "description"> = {}): Help & Record<string, unknown> => ({
  description,
  ...more,
});

export const trainConfigSchema = z.strictObject({
  dataset: text.default("synthetic-digits").meta(help("data set to train on", { value: "NAME" })),
  dataDir: text.optional().meta(help("folder that holds the data sets' folders", { value: "DIR" })),
  allowMissing: z
    .boolean()
    .default(false)
    .meta(help("go on without the files that a set of several lacks; the run records it")),
  imageSize: text
    .optional()
    .meta(help("size that images of files are brought to; without it they must have one", { value: "HEIGHTxWIDTH" })),
  fit: z.enum(fits).default("pad").meta(help("how: cut off, leave black around, or change proportions")),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .optional()
    .meta(help("1 grey, 3 RGB, of images of files (default: grey if all are)")),
  skipBad: z.number().int().min(0).default(0).meta(help("image files that may be passed over if they do not decode")),
  model: text
    .optional()
    .meta(
      help("a model below, mlp:WIDTH-WIDTH-…, a sentence of layers (docs/models.md), or FILE.json", { value: "NET" }),
    ),
  activation: text.optional().meta(help("of the hidden layers; leaky-relu:SLOPE says its slope", { value: "NAME" })),
  initializer: text.optional().meta(help("how weights start (default: what suits the activation)", { value: "NAME" })),
  epochs: count.optional().meta(help("passes over the training split")),
  batchSize: z
    .union([count, z.literal("full")])
    .default(64)
    .meta(help("samples per step, or full")),
  lr: z.number().positive().default(1e-3).meta(help("learning rate")),
  optimizer: text.default("adam").meta(help("how gradients move weights", { value: "NAME" })),
  momentum: z.number().min(0).lt(1).default(0.9).meta(help("momentum of --optimizer momentum")),
  loss: text.default("cross-entropy").meta(help("what training makes small", { value: "NAME" })),
  labelSmoothing: z.number().min(0).lt(1).default(0).meta(help("e: train on targets (1 - e) onehot + e / classes")),
  classWeights: text
    .default("none")
    .meta(help("what samples of each class count; a file has a number a line", { value: "none|balanced|FILE" })),
  targetNoise: z.number().min(0).max(1).default(0).meta(help("share of training labels made another class")),
  standardize: text.default("unit").meta(
    help("how bytes become numbers; stored in the model file", {
      value: "NAME",
    }),
  ),
  augment: text
    .default("none")
    .meta(help("changes to training images, drawn anew each epoch (docs/data.md)", { value: "none|PRESET|LIST" })),
  validation: z
    .union([z.number().min(0).lt(1), count])
    .default(0.1)
    .meta(help("part of the training split kept for model choice: 0 none, below 1 a share, else a count")),
  validationSplit: z
    .enum(splitOrders)
    .default("stratified")
    .meta(help("validation is the same share of each class, drawn by the seed, or the last samples")),
  groupBy: text
    .optional()
    .meta(help("keep groups whole: pattern over file names, its (…) the group; or file", { value: "PATTERN|FILE" })),
  subset: count.optional().meta(help("train on that many samples, the same share of each class")),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).meta(help("seed of every random draw")),
  exactConv: z
    .boolean()
    .default(false)
    .meta(help("convolve by the definition alone, without Winograd's fewer multiplications")),
  dtype: z.enum(["f32", "f64"]).default("f32").meta(help("number format")),
  threads: z
    .union([count.max(512), z.literal("auto")])
    .default("auto")
    .meta(help("ranks, one thread each; auto: every core this process may use", { short: "t" })),
  backend: z
    .enum(["auto", "native", "reference"])
    .default("auto")
    .meta(help("kernels: native C++, or the plain TypeScript reference")),
  out: text
    .optional()
    .meta(help("run folder, absent or empty (default: runs/<n>-<dataset>-<model>)", { value: "DIR", short: "o" })),
  init: text.optional().meta(help("start from the weights of this safetensors file", { value: "FILE" })),
  shuffle: z.boolean().default(true).meta(help("keep the order of the training samples")),
  logSteps: z.boolean().default(false).meta(help("write one line per step into metrics.jsonl")),
  requireAccuracy: z.number().min(0).max(1).optional().meta(help("exit 4 when the test accuracy is lower")),
});

/** Defaults applied; `model`, `epochs` and `dataDir` may still depend on the data set. */
export type TrainConfig = z.infer<typeof trainConfigSchema>;
/** What a caller may say; the rest has defaults. */
export type TrainConfigInput = z.input<typeof trainConfigSchema>;
export type ConfigSource = "flag" | "environment" | "file" | "program" | "default";
/** Where each value came from: written into `run.json`. */
export type ConfigSources = Partial<Record<keyof TrainConfig, ConfigSource>>;
