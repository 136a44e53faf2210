import { blank, random, uniform } from "../data.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick } from "./case.js";

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

const nothing = {
  ...{ rotate: 0, shiftHeight: 0, shiftWidth: 0, shear: 0, zoomHeight: 0, zoomWidth: 0 },
  ...{ flipHorizontal: 0, flipVertical: 0, contrast: 0, brightness: 0, noise: 0, crop: 0, erase: 0, fill: 0 },
};
const map = { rotate: 0.2, shiftHeight: 0.1, shiftWidth: 0.2, shear: 0.05, zoomHeight: 0.3, zoomWidth: 0.1 };
const kinds = {
  nothing,
  nearest: { ...nothing, ...map },
  constant: { ...nothing, ...map, fill: 1, flipVertical: 1 },
  reflect: { ...nothing, ...map, fill: 2, shiftWidth: 0.9, rotate: 0.5 },
  zoom: { ...nothing, zoomWidth: 0.4 },
  flips: { ...nothing, flipHorizontal: 1, flipVertical: 1 },
  colours: { ...nothing, contrast: 0.7, brightness: 0.3 },
  noise: { ...nothing, noise: 0.1 },
  crop: { ...nothing, crop: 3 },
  erase: { ...nothing, erase: 0.7 },
  all: {
    ...map,
    flipHorizontal: 1,
    flipVertical: 1,
    contrast: 0.3,
    brightness: 0.2,
    noise: 0.05,
    crop: 1,
    erase: 0.5,
    fill: 1,
  },
};

export const augment: Cases = (format) =>
  Object.entries(kinds).flatMap(([kind, strengths], k) =>
    shapes.map(([height, width, channels], i): Case => {
      const [count, next, n] = [pick(rowCounts, i + k), random(2300 + 20 * k + i), height * width * channels];
      const ldx = n + (i % 2);
      const perImage = (i + k) % 2;
      const maximum = i === 3 ? 16 : 255;
      const values = {
        x: blank(format, count * ldx),
        ldx,
        // The last image is even: nothing is left of it where its mean is taken off.
        images: new Uint8Array(samples * n).map((_, at) => (at < (samples - 1) * n ? (maximum + 1) * next() : 7)),
        order: new Int32Array(cursor + count).map((_, at) => (samples - 1 + at * at) % samples),
        scale: perImage ? null : uniform(format, n, next).map((x) => x / 128),
        shift: perImage ? null : uniform(format, n, next),
        workspace: blank(format, (height + 2) * (width + 2) * channels),
        ...{ key0: 0x9e3779b9, key1: 0x07000000, height, width, channels, maximum, perImage },
        ...strengths,
      };
      // Coordinates up to the width are doubles in either format; what they are off by meets steps of the whole range.
      const x = (format.name === "f32" ? 64 : 1024) * format.unit;
      const title = `${kind}: ${count} images of ${height}x${width}x${channels}, ${perImage ? "per image" : "per pixel"}`;
      const step = { ...wholeStep(count), cursor, epoch: 2 ** 32 - 1 - i };
      return { title, call: call("augment", values), step, outputs: { x } };
    }),
  );
