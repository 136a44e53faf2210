/**
 * Digits that the program writes itself, so that everything works without files: strokes from skeletons, a hand that
 * varies, a press that makes pixels. Every image depends on its split and its index alone, and on no seed: the sets are
 * fixed data like any other. docs/data.md says how much they resemble real digits.
 */
import { identity, shuffle, Stream } from "../random.js";
import type { DatasetSource, Split } from "./dataset.js";
import { Path, write } from "./synthetic/hand.js";
import { type Format, Press } from "./synthetic/press.js";
import { type Skeleton, skeletons } from "./synthetic/skeletons.js";

const counts = { train: 5000, test: 1000 } as const;
const classes = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** As the UCI digits: as high as the image, and all with about the same ink, short strokes being thicker. */
const small: Format = {
  side: 8,
  block: 4,
  maximum: 16,
  box: 8,
  pen: (length) => 0.227 / length,
  penSpread: 0.07,
  widen: 1.085,
  leastWidth: 0.29,
  centre: "frame",
  offset: [0.1, 0.27],
  noise: 1,
};

/** As MNIST: in a box of 20x20, centred by mass, the pen the same for all. */
const large: Format = {
  side: 28,
  block: 8,
  maximum: 255,
  box: 20,
  pen: () => 0.06,
  penSpread: 0.2,
  widen: 1,
  leastWidth: 0,
  centre: "mass",
  offset: [0, 0],
  noise: 0,
};

export const syntheticDigits: DatasetSource = {
  name: "synthetic-digits",
  summary: "5,000 + 1,000 digits made by the program, 8x8 grey, values 0..16 (needs no files)",
  embedded: true,
  defaults: { model: "digits-mlp", epochs: 10 },
  load: () => make("synthetic-digits", small),
};

export const syntheticDigits28: DatasetSource = {
  name: "synthetic-digits-28",
  summary: "5,000 + 1,000 digits made by the program, 28x28 grey (needs no files)",
  embedded: true,
  defaults: { model: "dtu-mlp", epochs: 5 },
  load: () => make("synthetic-digits-28", large),
};

function make(name: string, format: Format) {
  return Promise.resolve({
    name,
    shape: { height: format.side, width: format.side, channels: 1 },
    classes,
    maximum: format.maximum,
    train: makeSplit(format, counts.train, 0),
    test: makeSplit(format, counts.test, 1),
    notes: ["Synthetic: the digits are made by the program, not written by people."],
  });
}

/** Every class equally often, in shuffled order. `split` keeps the draws of the two splits apart. */
function makeSplit(format: Format, count: number, split: number): Split {
  const { side } = format;
  const images = new Uint8Array(count * side * side);
  const order = identity(count);
  shuffle(order, 0, split, "synthetic");
  const labels = Uint16Array.from(order, (place) => place % classes.length);
  const stream = new Stream(0, "synthetic", 1);
  const press = new Press(format);
  const path = new Path();
  for (let i = 0; i < count; i++) {
    stream.at(split, i);
    write(chooseWay(skeletons[labels[i]], stream), stream, path);
    press.print(path, stream, images, i * side * side);
  }
  return { count, images, labels };
}

/** One of the ways of writing a digit, as often as its share says. */
function chooseWay(ways: readonly Skeleton[], stream: Stream): Skeleton {
  let rest = stream.below(ways.reduce((sum, { share }) => sum + share, 0));
  for (const way of ways) {
    rest -= way.share;
    if (rest < 0) return way;
  }
  return ways[0];
}
