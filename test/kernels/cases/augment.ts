import { parseAugmentation } from "../../../src/augment/index.js";
import { augmentArguments, augmentWorkspace } from "../../../src/augment/operation.js";
import { changes, noAugmentation } from "../../../src/kernels/changes/index.js";
import { blank, random, uniform } from "../data.js";
import { call, type Format, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";

/** Height, width, channels: around vectors and the strips of 64 columns, one pixel, one row, one column. */
const shapes = [
  [1, 1, 1],
  [1, 7, 3],
  [9, 1, 2],
  [8, 8, 1],
  [28, 28, 1],
  [15, 17, 3],
  [5, 64, 1],
  [4, 65, 3],
  [6, 130, 4],
] as const;
const rowCounts = [3, 4, 0, 5];
const samples = 6;
const cursor = 2;

/** Every change's own examples, each by itself, and the first of each together. */
const lists = changes.flatMap(({ examples }) => examples);
const all = changes.map(({ examples }) => examples[0]).join(", ");
const kinds = {
  nothing: noAugmentation,
  ...Object.fromEntries([...lists, all].map((list) => [list, parseAugmentation(list)!])),
};

/** Partners, shares and boxes of all places; nothing where none are drawn. */
function mixing(
  format: Format,
  [height, width, channels]: readonly number[],
  places: number,
  next: (() => number) | null,
) {
  if (!next)
    return {
      workspace: blank(format, augmentWorkspace({ height, width, channels }, false)),
      partners: null,
      mixes: null,
    };
  const mixes = Array.from({ length: places }, () => {
    const [top, left] = [height, width].map((side) => Math.floor(side * next()));
    const pixel = next() < 0.5 ? 1 : next();
    return [
      next(),
      pixel,
      top,
      top + Math.floor((height - top + 1) * next()),
      left,
      left + Math.floor((width - left + 1) * next()),
    ];
  });
  return {
    workspace: blank(format, augmentWorkspace({ height, width, channels }, true)),
    partners: new Int32Array(places).map(() => samples * next()),
    mixes: Float64Array.from(mixes.flat()),
  };
}

export const augment: Cases = (format) =>
  Object.entries(kinds).flatMap(([kind, augmentation], k) =>
    shapes.map(([height, width, channels], i): Case => {
      const [count, next, n] = [
        rowCounts[(i + k) % rowCounts.length],
        random(2300 + 20 * k + i),
        height * width * channels,
      ];
      const ld = n + (i % 2);
      const perImage = (i + k) % 2;
      const maximum = i === 3 ? 16 : 255;
      const mixed = (i + k) % 3 === 0;
      const values = {
        x: { numbers: blank(format, count * ld), ld },
        // The last image is even: nothing is left of it where its mean is taken off.
        images: new Uint8Array(samples * n).map((_, at) => (at < (samples - 1) * n ? (maximum + 1) * next() : 7)),
        order: new Int32Array(cursor + count).map((_, at) => (samples - 1 + at * at) % samples),
        scale: perImage ? null : uniform(format, n, next).map((x) => x / 128),
        shift: perImage ? null : uniform(format, n, next),
        ...mixing(format, [height, width, channels], cursor + count, mixed ? next : null),
        ...{ height, width, channels, maximum, perImage },
        ...augmentArguments(augmentation, 0),
        ...{ key0: 0x9e3779b9, key1: 0x07000000 },
      };
      // Coordinates up to the width are doubles in either format; what they are off by meets steps of the whole range.
      const x = (format.name === "f32" ? 64 : 1024) * format.unit;
      const title = `${kind}: ${count} images of ${height}x${width}x${channels}, ${perImage ? "per image" : "per pixel"}${mixed ? ", mixed" : ""}`;
      const step = { ...wholeStep(count), cursor, epoch: 2 ** 32 - 1 - i };
      return { title, call: call("augment", values), step, outputs: { x } };
    }),
  );
