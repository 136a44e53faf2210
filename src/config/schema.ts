/**
 * The run configuration: what `heddle train` can be told by flag, environment, file or default. One schema for all four:
 * flags, their help and their error messages are made from it (`fields.ts`).
 */
import { z } from "zod";
import { orders } from "../base/order.js";
import { type Setting, settingSchema } from "../base/setting.js";
import { spanSchema } from "../base/span.js";
import { splitOrders } from "../data/split.js";
import { layouts } from "../formats/arrangement.js";
import { fits } from "../formats/resize.js";
import { groupsSchema } from "../optim/groups.js";
import { lengthSchema } from "../optim/length.js";
import { type SettingKey, settingKinds } from "./settings.js";

const count = z.number().int().min(1);
const text = z.string().min(1);
/** One thing of a registry: as a sentence, or as an object with its name and options. */
const setting = (key: SettingKey): z.ZodType<Setting, string | Setting> =>
  settingSchema(settingKinds[key].choices, settingKinds[key].what);

/** What help shows: the description, the placeholder where the type does not give one, and a short flag. */
interface Help {
  description: string;
  value?:
    | "K/N"
    | "GROUPS"
    | "LAYERS"
    | "METRIC"
    | "GOAL"
    | "LENGTH"
    | "NAME"
    | "NET"
    | "DIR"
    | "DIR|none"
    | "FILE"
    | "HEIGHTxWIDTH"
    | "COLOR"
    | "PATTERN|FILE"
    | "RUN|FILE"
    | "none|balanced|FILE"
    | "none|PRESET|LIST";
  short?: string;
}
const help = (description: string, more: Omit<Help, "description"> = {}): Help & Record<string, unknown> => ({
  description,
  ...more,
});

export const trainConfigSchema = z.strictObject({
  dataset: text.default("synthetic-digits").meta(help("data set to train on", { value: "NAME" })),
  dataDir: text.optional().meta(help("folder that holds the data sets' folders", { value: "DIR" })),
  dataFromRoot: z
    .boolean()
    .default(false)
    .meta(help("under mpirun: the first process reads the data and sends it, where not every machine has it")),
  allowMissing: z
    .boolean()
    .default(false)
    .meta(help("go on without the files that a set of several lacks; the run records it")),
  imageSize: text.optional().meta(
    help("size that images of files are brought to, or SIDE (default: their own; of mixed ones at most 64x64)", {
      value: "HEIGHTxWIDTH",
    }),
  ),
  fit: z.enum(fits).default("pad").meta(help("how: cut off, leave black around, or change proportions")),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .optional()
    .meta(help("1 grey, 3 RGB, of images of files (default: grey if all are)")),
  label: text
    .optional()
    .meta(help("column that holds the class: first, last, or its name (default: found)", { value: "NAME" })),
  layout: z
    .enum(layouts)
    .optional()
    .meta(help("how arrays hold an image: row by row, column by column, or a plane for each color")),
  order: z
    .enum(orders)
    .optional()
    .meta(help("how names are sorted where that decides labels (default: natural, 2 before 10; plain: 10 before 2)")),
  paper: text
    .optional()
    .meta(
      help("behind transparent images: black, white, grey, #RRGGBB (default: what shows them)", { value: "COLOR" }),
    ),
  maximum: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta(help("largest value of a pixel in the files, where it is not their format's (4095 for 12 bits in 16)")),
  maxMegapixels: z.number().positive().max(10_000).optional().meta(help("image files may be as large (default: 67)")),
  skipBad: z.number().int().min(0).default(0).meta(help("image files that may be passed over if they do not decode")),
  model: text
    .optional()
    .meta(
      help("a model below, mlp:WIDTH-WIDTH-…, a sentence of layers (docs/models.md), or FILE.json", { value: "NET" }),
    ),
  activation: setting("activation")
    .optional()
    .meta(help("of the hidden layers", { value: "NAME" })),
  initializer: setting("initializer")
    .optional()
    .meta(help("how weights start (default: what suits the activation)", { value: "NAME" })),
  epochs: count.max(1e9).optional().meta(help("passes over the training split")),
  batchSize: z
    .union([count.max(2 ** 24), z.literal("full")])
    .default(64)
    .meta(help("samples per step, or full")),
  accumulate: count.default(1).meta(help("minibatches whose gradients make one update: the mean over their samples")),
  lr: z.number().positive().default(1e-3).meta(help("learning rate")),
  optimizer: setting("optimizer")
    .prefault("adam")
    .meta(help("how gradients move weights", { value: "NAME" })),
  schedule: setting("schedule")
    .prefault("constant")
    .meta(help("how the learning rate goes from update to update", { value: "NAME" })),
  groups: groupsSchema.optional().meta({
    ...help("rate, decay or optimizer of some weights alone, or frozen (docs/training.md)", { value: "GROUPS" }),
    expected: 'groups as in "bias, norm: decay 0; last: lr 0.01"',
    examples: ["bias, norm: decay 0; last: lr 0.01", [{ match: "0..2", optimizer: "sgd momentum=0.9", lr: 0.1 }]],
  }),
  freeze: text
    .optional()
    .meta(help('layers that stay as they are: "0..5", names, patterns as in --groups', { value: "LAYERS" })),
  unfreezeAt: z.number().int().min(2).max(1e9).optional().meta(help("from this epoch on --freeze holds no more")),
  clipValue: z.number().positive().optional().meta(help("cut each number of the gradient to [-X, X], before all else")),
  clipNorm: z
    .number()
    .positive()
    .optional()
    .meta(help("shorten a gradient that is longer than X, over all trained weights, after --clip-value")),
  maxNorm: z
    .number()
    .positive()
    .optional()
    .meta(help("shorten the weights that come into a unit to this length, after each update")),
  l1: z.number().min(0).default(0).meta(help("this much of each weight's sign is added to its gradient")),
  ema: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .meta(help("decay of an average of the weights, debiased: it is what is validated, chosen and saved")),
  loss: setting("loss")
    .prefault("cross-entropy")
    .meta(help("what training makes small", { value: "NAME" })),
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
  augment: text.optional().meta(
    help(
      "changes to training images, drawn anew each epoch (docs/data.md; default: none; of a small set of yours, mild)",
      {
        value: "none|PRESET|LIST",
      },
    ),
  ),
  validation: z
    .union([z.number().min(0).lt(1), count, z.literal("own")])
    .optional()
    .meta(
      help("kept for model choice: 0 none, below 1 a share, else a count; own: the set's split (default: own, or 0.1)"),
    ),
  test: z
    .union([z.number().gt(0).lt(1), count])
    .optional()
    .meta(help("part of the training split kept to test on, where the set has no test split")),
  validationSplit: z
    .enum(splitOrders)
    .default("stratified")
    .meta(help("validation is the same share of each class, drawn by the seed, or the last samples")),
  groupBy: text
    .optional()
    .meta(help("keep groups whole: pattern over file names, its (…) the group; or file", { value: "PATTERN|FILE" })),
  select: text
    .default("loss")
    .meta(help("metric of validation by which the best epoch is chosen", { value: "METRIC" })),
  patience: count.optional().meta(help("end the run after so many epochs in a row without a better --select")),
  minDelta: z.number().min(0).default(0).meta(help("what --patience takes for better: a gain of more than this")),
  stopAt: text
    .optional()
    .meta(help('end the run once an epoch has it: "validation accuracy >= 0.99"', { value: "GOAL" })),
  fold: z
    .string()
    .regex(/^[1-9]\d{0,3}\/[1-9]\d{0,3}$/)
    .optional()
    .meta({
      ...help("test on one part of the training split, where the set has no test split: 2/5 is the second of five", {
        value: "K/N",
      }),
      expected: "a part of so many, as 2/5",
      examples: ["1/2", "2/5"],
    }),
  folds: count
    .min(2)
    .max(1000)
    .optional()
    .meta(help("train once for each of so many parts, tested on it; mean and deviation (cross-validation)")),
  seeds: count.max(1000).optional().meta(help("train with so many seeds from --seed on; mean, deviation and interval")),
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
  maxSteps: count.optional().meta(help("end the run after so many updates of the weights")),
  maxTime: spanSchema.optional().meta(help("end the run after that long, all its starts together (90s, 10min, 2h)")),
  checkpointEvery: z
    .union([lengthSchema, spanSchema])
    .refine((every) => every !== 0)
    .default("1epoch")
    .meta({
      ...help("write a checkpoint so often; an epoch that is the best so far always has one", { value: "LENGTH" }),
      expected: "epochs (1epoch), updates (500steps) or a time (5min)",
      examples: ["1epoch", "500steps", "5min"],
    }),
  keep: count.max(1000).default(2).meta(help("checkpoints that stay: last.ckpt is the newest, then last-1.ckpt …")),
  out: z
    .union([text, z.null()])
    .optional()
    .meta({
      ...help("run folder, absent or empty; none: no files (default: runs/<n>-<dataset>-<model>)", {
        value: "DIR|none",
        short: "o",
      }),
      expected: "a folder's name, or none",
    }),
  overwrite: z.boolean().default(false).meta(help("take --out from the run that is there, whose files are removed")),
  init: text
    .optional()
    .meta(help("start from the weights of this run, or of this safetensors file", { value: "RUN|FILE" })),
  resetHead: z.boolean().default(false).meta(help("with --init: draw the last layer anew")),
  shuffle: z.boolean().default(true).meta(help("keep the order of the training samples")),
  logSteps: z.boolean().default(false).meta(help("write one line per step into metrics.jsonl")),
  tensorboard: text
    .optional()
    .meta(help("write TensorBoard's event files there: metrics, weights, first images", { value: "DIR" })),
  csv: text.optional().meta(help("write the metrics of each epoch there, as a table", { value: "FILE" })),
  requireAccuracy: z.number().min(0).max(1).optional().meta(help("exit 4 when the test accuracy is lower")),
});

/** Defaults applied; `model`, `epochs` and `dataDir` may still depend on the data set. */
export type TrainConfig = z.infer<typeof trainConfigSchema>;
/** What a caller may say; the rest has defaults. */
export type TrainConfigInput = z.input<typeof trainConfigSchema>;
export type ConfigSource = "flag" | "environment" | "file" | "program" | "default";
/** Where each value came from: written into `run.json`. */
export type ConfigSources = Partial<Record<keyof TrainConfig, ConfigSource>>;
