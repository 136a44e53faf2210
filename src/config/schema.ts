/** The run configuration: what `heddle train` can be told by flag, environment, file or default. One schema for all four. */
import { z } from "zod";

const count = z.number().int().min(1);

export const trainConfigSchema = z.strictObject({
  dataset: z.string().default("synthetic-digits").describe("data set to train on"),
  dataDir: z.string().optional().describe("folder that holds the data sets' folders"),
  model: z.string().optional().describe("preset, or mlp:WIDTH-WIDTH-… with the hidden widths"),
  activation: z.string().optional().describe("activation of the hidden layers: relu, tanh, sigmoid, leaky-relu:SLOPE"),
  initializer: z.string().optional().describe("initial weights: he-normal, glorot-uniform, lecun-uniform (1/sqrt(m))"),
  epochs: count.optional().describe("passes over the training split"),
  batchSize: z.union([count, z.literal("full")]).default(64).describe("samples per step, or full"),
  lr: z.number().positive().default(1e-3).describe("learning rate"),
  optimizer: z.string().default("adam").describe("optimizer"),
  momentum: z.number().min(0).lt(1).default(0.9).describe("momentum of --optimizer momentum"),
  loss: z.string().default("cross-entropy").describe("loss"),
  standardize: z.string().default("unit").describe("how bytes become numbers; stored in the model file"),
  validation: z.number().min(0).default(0.1).describe("part of the training split kept for model choice: 0 none, below 1 a share, else a count"),
  subset: count.optional().describe("train on that many samples, the same share of each class"),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe("seed of every random draw"),
  dtype: z.enum(["f32", "f64"]).default("f32").describe("number format"),
  threads: z.union([count, z.literal("auto")]).default("auto").describe("ranks, one thread each"),
  backend: z.enum(["auto", "native", "reference"]).default("auto").describe("kernels: native C++, or the plain TypeScript reference"),
  out: z.string().optional().describe("run folder (absent or empty); default runs/<n>-<dataset>-<model>"),
  init: z.string().optional().describe("start from the weights of this safetensors file"),
  shuffle: z.boolean().default(true).describe("shuffle the training samples each epoch"),
  logSteps: z.boolean().default(false).describe("write one line per step into metrics.jsonl"),
  requireAccuracy: z.number().min(0).max(1).optional().describe("exit 4 when the test accuracy is lower"),
});

/** Defaults applied; `model`, `epochs` and `dataDir` may still depend on the data set. */
export type TrainConfig = z.infer<typeof trainConfigSchema>;
export type ConfigSource = "flag" | "environment" | "file" | "default";
/** Where each value came from: written into `run.json`. */
export type ConfigSources = Partial<Record<keyof TrainConfig, ConfigSource>>;
