/**
 * The exercise on image classification of DTU's course 02506 (2022), chapter 9, and its slides: a multi-layer perceptron on
 * digits, MNIST, CIFAR-10 and BugNIST2D, and what optimizers, minibatches, regularization and precision change. The text gives
 * nets, constants and splits, and no scores.
 */
import type { Row, Settings, TableExperiment } from "../experiment.js";

const digits: Settings = { dataset: "digits", model: "digits-mlp", validation: 0.2, batchSize: 32 };
const mnist: Settings = { dataset: "mnist", model: "dtu-mlp", validation: 10_000 };
/** "It is easy to overfit, especially on small datasets": a tenth of MNIST. */
const small: Settings = { ...mnist, subset: 5000, validation: 1000, batchSize: 32 };

const row = (name: string, epochs: number, settings: Settings, note: string, more: Partial<Row> = {}): Row => ({
  name,
  settings: () => settings,
  epochs,
  published: null,
  note,
  ...more,
});

const tasks: readonly Row[] = [
  row("task 1 digits", 100, digits, "1,437 images to train and validate on."),
  row("task 2 MNIST", 20, mnist, "50,000 to train on, 10,000 to validate: report.html has both curves."),
  row(
    "task 5 CIFAR-10",
    20,
    { dataset: "cifar-10", model: "mlp:999-299", validation: 10_000, standardize: "symmetric" },
    "The same net on 3,072 numbers an image, without convolutions.",
  ),
  row(
    "task 6 BugNIST2D",
    200,
    {
      dataset: "bugnist2d",
      model: "mlp:256-512-256",
      batchSize: 20,
      validation: 0.1,
      standardize: "symmetric",
      select: "accuracy",
    },
    "Task 7 too: its pack can be handed in. A split of our own, by images: views of one bug may stand on both sides, as in the course's own first 20,000.",
    { handedIn: true },
  ),
];

/** The constants of the slides; rates are ours, since the slides give one for Adam alone. */
const optimizers: readonly Row[] = [
  ["SGD", "sgd", 0.1, "The baseline: momentum with alpha = 0."],
  ["momentum", "sgd momentum=0.9", 0.01, "The slides' velocity, with alpha 0.9."],
  ["AdaGrad", "adagrad epsilon=1e-7", 0.01, "With delta beside the root, as in the book the slides cite."],
  [
    "AdaGrad as on the slide",
    "adagrad epsilon=1e-7 epsilon-place=as-slide",
    0.01,
    "The slide multiplies the root by delta instead of adding it: steps are 10,000,000 times as long.",
  ],
  ["RMSProp", "rmsprop epsilon=1e-6", 1e-3, "The slides give no decay rho; here 0.99."],
  [
    "RMSProp as on the slide",
    "rmsprop epsilon=1e-6 epsilon-place=as-slide",
    1e-3,
    "The same slip: steps are 1,000,000 times as long.",
  ],
  [
    "Adam",
    "adam epsilon=1e-8 epsilon-place=inside",
    1e-3,
    "The slides' constants, delta inside the root as they have it.",
  ],
].map(([name, optimizer, lr, note]) =>
  row(`task 3 ${String(name)}`, 10, { ...mnist, optimizer: String(optimizer), lr: Number(lr) }, String(note)),
);

const minibatches: readonly Row[] = ([1, 16, 64, 256, "full"] as const).map((batchSize) =>
  row(
    `task 3 minibatches of ${batchSize === "full" ? "all" : batchSize}`,
    100,
    { ...digits, batchSize, optimizer: "sgd", lr: 0.1 },
    batchSize === 1
      ? "Online: an update after each image."
      : batchSize === "full"
        ? "Full batch: one update an epoch."
        : "Gradients are averaged, so one rate serves all sizes, and larger ones make fewer steps.",
  ),
);

const noisy = "fc 999 >> relu >> noise 0.3 >> fc 299 >> relu >> noise 0.3 >> fc 10";
const dropped = "drop 0.2 >> fc 999 >> relu >> drop 0.5 >> fc 299 >> relu >> drop 0.5 >> fc 10";
const regularized: readonly Row[] = [
  row("task 4 plain", 30, small, "5,000 images and a million weights: compare its training score with its test score."),
  row("task 4 augmentation", 30, { ...small, augment: "mnist" }, "Turns, moves and zooms, drawn anew each epoch."),
  row("task 4 noise on inputs", 30, { ...small, augment: "noise 0.1" }, "A normal for each pixel, anew each epoch."),
  row("task 4 noise on hidden units", 30, { ...small, model: `flatten >> ${noisy}` }, "Anew in each minibatch."),
  row("task 4 noise on targets", 30, { ...small, labelSmoothing: 0.1 }, "As label smoothing: a tenth of each target."),
  row("task 4 dropout", 30, { ...small, model: `flatten >> ${dropped}` }, "A fifth of the inputs, half of each layer."),
  row("task 4 early stopping", 30, { ...small, patience: 3 }, "Ends three epochs after the best validation loss."),
];

const precision: readonly Row[] = [
  row("precision single", 10, { ...mnist, dtype: "f32" }, "The exercise asks whether high precision is necessary."),
  row(
    "precision double",
    10,
    { ...mnist, dtype: "f64" },
    "The same with numbers of 64 bits: compare score and seconds with the row above.",
  ),
];

export const dtu: TableExperiment = {
  kind: "table",
  name: "dtu",
  summary: "MLPs on digits, MNIST, CIFAR-10 and BugNIST2D: optimizers, minibatches, regularization, precision",
  source: "DTU 02506, exercise 9 and slides, 2022",
  place: "section 9.4, tasks 1 to 7, and the slides on optimization; no scores are given",
  mistakes: [
    'To "divide pixel values with 2/255 and subtract 1" does not give -1..1: multiply.',
    "AdaGrad and RMSProp on the slides divide by delta times the root, which is 0 at a gradient of 0; the book adds delta.",
    '"The winners will be announced based on the accuracy achieved on the training set": on the test set, surely.',
  ],
  common: { standardize: "symmetric", batchSize: 64, lr: 1e-3 },
  quick: { subset: 600, validation: 100 },
  rows: [...tasks, ...optimizers, ...minibatches, ...regularized, ...precision],
};
