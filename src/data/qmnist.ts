/**
 * QMNIST: MNIST's training digits and 60,000 test digits, remade from NIST's (C. Yadav, L. Bottou, 2019), in four files as
 * published. Labels are eight numbers for each image, the first of which is the class.
 */
import { idxSet } from "./idx-set.js";

const file = (name: string) => ({ name, bytes: null, sha256: null });

export const qmnist = idxSet({
  name: "qmnist",
  summary: "60,000 + 60,000 handwritten digits, 28x28 grey (four IDX files)",
  defaults: { model: "dtu-mlp", epochs: 5 },
  shape: { height: 28, width: 28, channels: 1 },
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  labels: { magic: 0x0c02, column: 0 },
  published: {
    files: [
      file("qmnist-train-images-idx3-ubyte.gz"),
      file("qmnist-train-labels-idx2-int.gz"),
      file("qmnist-test-images-idx3-ubyte.gz"),
      file("qmnist-test-labels-idx2-int.gz"),
    ],
    mirrors: [],
  },
});
