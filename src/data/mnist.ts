/** MNIST: 70,000 handwritten digits (Y. LeCun, C. Cortes, C. Burges), in the four files as published. */
import { idxSet } from "./idx-set.js";

export const mnist = idxSet({
  name: "mnist",
  summary: "60,000 + 10,000 handwritten digits, 28x28 grey (four IDX files)",
  defaults: { model: "dtu-mlp", epochs: 5 },
  shape: { height: 28, width: 28, channels: 1 },
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  published: {
    files: [
      {
        name: "train-images-idx3-ubyte.gz",
        bytes: 9912422,
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        unpacked: { bytes: 47040016, sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db" },
      },
      {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 28881,
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        unpacked: { bytes: 60008, sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5" },
      },
      {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 1648877,
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        unpacked: { bytes: 7840016, sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7" },
      },
      {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 4542,
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        unpacked: { bytes: 10008, sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2" },
      },
    ],
    mirrors: ["https://storage.googleapis.com/cvdf-datasets/mnist", "https://ossci-datasets.s3.amazonaws.com/mnist"],
    content: "blake3:ba30a14d2e30abb3db2c2c030d4fdba54e8c952100bd310bf1c64972fad32b68",
    counts: {
      train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
      test: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    },
  },
});
