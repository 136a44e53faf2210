/** Fashion-MNIST: 70,000 pictures of clothes (Zalando Research), in the four files as published. */
import type { DatasetSource, ImageShape } from "./dataset.js";
import { loadIdx } from "./formats/idx.js";
import { mnistFiles } from "./mnist.js";

const shape: ImageShape = { height: 28, width: 28, channels: 1 };
const classes = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

export const fashionMnist: DatasetSource = {
  name: "fashion-mnist",
  summary: "60,000 + 10,000 pictures of clothes in 10 classes, 28x28 grey (four IDX files)",
  embedded: false,
  defaults: { model: "dtu-mlp", epochs: 10 },
  async load({ dataDir }) {
    const splits = await loadIdx({ set: "fashion-mnist", dataDir, files: mnistFiles, shape, classes: classes.length });
    return { name: "fashion-mnist", shape, classes, maximum: 255, ...splits, notes: [] };
  },
};
