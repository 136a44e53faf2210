/** Kuzushiji-MNIST: 70,000 handwritten hiragana of ten rows (ROIS-DS, CODH), in the four files as published. */
import { idxSet } from "./idx-set.js";

export const kmnist = idxSet({
  name: "kmnist",
  summary: "60,000 + 10,000 cursive hiragana in 10 classes, 28x28 grey (four IDX files)",
  defaults: { model: "cs596-1conv", epochs: 10 },
  shape: { height: 28, width: 28, channels: 1 },
  classes: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
  published: {
    files: [
      {
        name: "train-images-idx3-ubyte.gz",
        bytes: 18165135,
        sha256: "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
      },
      {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 29497,
        sha256: "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
      },
      {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 3041136,
        sha256: "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
      },
      {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 5120,
        sha256: "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
      },
    ],
    mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist"],
    counts: { train: new Array<number>(10).fill(6000), test: new Array<number>(10).fill(1000) },
  },
});
