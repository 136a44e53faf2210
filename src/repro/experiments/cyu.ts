/**
 * The lab of CY Cergy Paris Université: a multi-layer perceptron, then LeNet-5, on MNIST and CIFAR-10, with the two losses
 * that its text names. The text gives no widths, rates or epochs (they are in a notebook that was not found), and no scores.
 */
import type { Row, Settings, TableExperiment } from "../experiment.js";

const nets = { MLP: "mlp:128", "LeNet-5": "lenet5" } as const;
const sets = { MNIST: "mnist", "CIFAR-10": "cifar-10" } as const;
const losses = { "cross-entropy": "cross-entropy", "squared error": "squared-error" } as const;

function row(set: keyof typeof sets, net: keyof typeof nets, loss: keyof typeof losses): Row {
  const settings: Settings = { dataset: sets[set], model: nets[net], loss: losses[loss] };
  return {
    name: `${set} ${net} ${loss}`,
    settings: () => settings,
    epochs: 10,
    published: null,
    note:
      loss === "cross-entropy"
        ? "The lab calls it the more appropriate loss and shows no number."
        : "Through the softmax its gradient fades where the net is surely wrong.",
  };
}

const keysOf = <T extends object>(of: T): (keyof T)[] => Object.keys(of) as (keyof T)[];

export const cyu: TableExperiment = {
  kind: "table",
  name: "cyu",
  summary: "MLP and LeNet-5, squared error and cross-entropy, MNIST and CIFAR-10",
  source: "CYU lab 8, Deep learning: image classification",
  place: "sections 1.1 to 1.2.4; no scores are given",
  mistakes: ["It calls cross-entropy more appropriate than squared error without showing it: here both are measured."],
  common: { standardize: "dataset", validation: 0.1, batchSize: 64, lr: 1e-3, select: "accuracy" },
  quick: { subset: 1000, validation: 200 },
  rows: keysOf(sets).flatMap((set) => keysOf(nets).flatMap((net) => keysOf(losses).map((loss) => row(set, net, loss)))),
};
