/** MNIST: 70,000 handwritten digits (Y. LeCun, C. Cortes, C. Burges), in the four files as published. */
import type { DatasetSource, ImageShape } from "./dataset.js";
import { loadIdx } from "./formats/idx.js";

const shape: ImageShape = { height: 28, width: 28, channels: 1 };
const classes = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** How MNIST and the sets made in its likeness name their files. */
export const mnistFiles = {
  train: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
} as const;

export const mnist: DatasetSource = {
  name: "mnist",
  summary: "60,000 + 10,000 handwritten digits, 28x28 grey (four IDX files)",
  embedded: false,
  defaults: { model: "dtu-mlp", epochs: 5 },
  async load({ dataDir }) {
    const splits = await loadIdx({ set: "mnist", dataDir, files: mnistFiles, shape, classes: classes.length });
    return { name: "mnist", shape, classes, maximum: 255, ...splits, notes: [] };
  },
};
