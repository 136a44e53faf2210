/**
 * EMNIST: handwritten characters of NIST (G. Cohen, S. Afshar, J. Tapson, A. van Schaik, 2017), six sets of four IDX files,
 * published together in `gzip.zip`. Its images lie column by column and are turned upright.
 */
import type { DatasetSource } from "./dataset.js";
import { idxSet } from "./idx-set.js";

const digits = [..."0123456789"];
const capitals = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const small = [..."abcdefghijklmnopqrstuvwxyz"];
/** Small letters that do not look like their capitals, of the sets where the others are one class with these. */
const distinct = [..."abdefghnqrt"];
const times = (classes: number, count: number): number[] => new Array<number>(classes).fill(count);

interface Kin {
  readonly name: string;
  readonly what: string;
  readonly classes: readonly (string | undefined)[];
  /** Images of each class in the training and in the test split, where all have as many. */
  readonly each?: readonly [train: number, test: number];
}

/** Labels of the letters begin at 1. */
const kin: readonly Kin[] = [
  {
    name: "letters",
    what: "124,800 + 20,800 letters in 26 classes",
    classes: [undefined, ...capitals],
    each: [4800, 800],
  },
  {
    name: "balanced",
    what: "112,800 + 18,800 characters in 47 classes",
    classes: [...digits, ...capitals, ...distinct],
    each: [2400, 400],
  },
  { name: "byclass", what: "697,932 + 116,323 characters in 62 classes", classes: [...digits, ...capitals, ...small] },
  {
    name: "bymerge",
    what: "697,932 + 116,323 characters in 47 classes",
    classes: [...digits, ...capitals, ...distinct],
  },
  { name: "digits", what: "240,000 + 40,000 digits", classes: digits, each: [24000, 4000] },
  { name: "mnist", what: "60,000 + 10,000 digits", classes: digits, each: [6000, 1000] },
];

export const emnist: readonly DatasetSource[] = kin.map(({ name, what, classes, each }) => {
  const known = classes.filter((text) => text !== undefined).length;
  return idxSet({
    name: `emnist-${name}`,
    summary: `${what}, handwritten, 28x28 grey (four IDX files, or gzip.zip)`,
    defaults: { model: "cs596-1conv", epochs: 5 },
    folder: "emnist",
    inside: ["gzip"],
    packed: { archive: "gzip.zip", folder: "gzip" },
    shape: { height: 28, width: 28, channels: 1 },
    classes,
    layout: "columns",
    published: {
      files: ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"].map((part) => ({
        name: `emnist-${name}-${part}-ubyte.gz`,
        bytes: null,
        sha256: null,
      })),
      archives: [
        {
          name: "gzip.zip",
          bytes: 561753746,
          sha256: "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
        },
      ],
      mirrors: ["https://biometrics.nist.gov/cs_links/EMNIST", "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST"],
      ...(each && { counts: { train: times(known, each[0]), test: times(known, each[1]) } }),
    },
  });
});
