import { cosTurns, sinTurns } from "../../base/random.js";
import { change, type Image } from "./change.js";
import { angle, oneOf, shares, type Word } from "./words.js";

/** The nearest pixel of the image, 0, or the image mirrored at its edge; in the order of the kernel (`native/augment/draw.h`). */
const fillRules = ["nearest", "constant", "reflect"] as const;
type FillRule = (typeof fillRules)[number];

const off = {
  /** Turn by up to so many degrees, either way. */
  rotate: 0,
  /** Move by up to that share of the height and of the width. */
  shiftHeight: 0,
  shiftWidth: 0,
  /** Lean by up to so many degrees. */
  shear: 0,
  /** Stretch or squeeze each axis by itself, by a factor of 1 - zoom to 1 + zoom. */
  zoomHeight: 0,
  zoomWidth: 0,
  /** What lies outside an image that was turned, moved, leant or squeezed. */
  fill: "nearest" as FillRule,
};
type Settings = typeof off;
type Strengths = Readonly<Record<keyof Settings, number>>;

const moves = ({ rotate, shiftHeight, shiftWidth, shear, zoomHeight, zoomWidth }: Omit<Settings, "fill">): boolean =>
  Math.max(rotate, shiftHeight, shiftWidth, shear, zoomHeight, zoomWidth) > 0;

const fill: Word<Settings> = {
  ...oneOf<Settings>(
    "fill",
    "what lies outside a moved image: its edge (default), 0, or its reflection",
    Object.fromEntries(fillRules.map((rule) => [rule, { fill: rule }])),
    (settings) => [settings.fill],
  ),
  beside: { holds: moves, expected: "a fill rule only where images are turned, moved, leant or zoomed" },
};

/** input (row, column) = offset + matrix · output (row, column). */
interface Affine {
  readonly matrix: readonly [readonly [number, number], readonly [number, number]];
  readonly offset: readonly [number, number];
}

/** Rotation · shift · shear · zoom about the center, composed as Keras composes them. */
function drawAffine({ height, width, chances }: Image, values: Strengths): Affine {
  const angleOf = chances.within(values.rotate, 0, 0);
  const shear = chances.within(values.shear, 0, 1);
  const [cosine, sine, shearCosine, shearSine] = [
    cosTurns(angleOf),
    sinTurns(angleOf),
    cosTurns(shear),
    sinTurns(shear),
  ];
  const down = chances.within(values.shiftHeight, 0, 2) * height;
  const right = chances.within(values.shiftWidth, 0, 3) * width;
  const tall = 1 + chances.within(values.zoomHeight, 1, 0);
  const wide = 1 + chances.within(values.zoomWidth, 1, 1);
  const rows = [cosine * tall, -(cosine * shearSine + sine * shearCosine) * wide] as const;
  const columns = [sine * tall, (cosine * shearCosine - sine * shearSine) * wide] as const;
  const [row, column] = [(height - 1) / 2, (width - 1) / 2];
  return {
    matrix: [rows, columns],
    offset: [
      row + (cosine * down - sine * right) - (rows[0] * row + rows[1] * column),
      column + (sine * down + cosine * right) - (columns[0] * row + columns[1] * column),
    ],
  };
}

/** The coordinate under a fill rule: into the image, or at most one pixel beside it where all is 0. */
function place(at: number, size: number, rule: FillRule): number {
  if (rule === "reflect") {
    const fromEdge = at + 0.5;
    const inside = fromEdge - 2 * size * Math.floor(fromEdge / (2 * size));
    at = (inside > size ? 2 * size - inside : inside) - 0.5;
  }
  const [low, high] = rule === "constant" ? [-1, size] : [0, size - 1];
  return Math.min(Math.max(at, low), high);
}

/** Turns, moves, leans and zooms about the center by an affine map; between its pixels bilinearly. */
export const move = change({
  name: "move",
  off,
  words: [
    angle<Settings>("rotate", "turn by up to that, either way", "rotate", 180),
    ...shares<Settings>("shift", "move by up to that share of the image", ["shiftHeight", "shiftWidth"]),
    angle<Settings>("shear", "lean by up to that", "shear", 89),
    ...shares<Settings>("zoom", "stretch or squeeze each axis by up to that share", ["zoomHeight", "zoomWidth"], true),
    fill,
  ],
  signature: "rotate~ shiftHeight~ shiftWidth~ shear~ zoomHeight~ zoomWidth~ fill",
  // Angles are turns there.
  argumentsOf: (settings) => ({
    rotate: settings.rotate / 360,
    shear: settings.shear / 360,
    fill: fillRules.indexOf(settings.fill),
  }),
  draws: [
    [0, 0],
    [0, 1],
    [0, 2],
    [0, 3],
    [1, 0],
    [1, 1],
  ],
  examples: [
    "rotate 70deg, shift-height 0.1, shift-width 0.2, shear 18deg, zoom-height 0.3, zoom-width 0.1",
    "rotate 20deg, shift 0.3, fill constant",
    "rotate 180deg, shift-width 0.9, fill reflect",
    "zoom-width 0.4",
  ],
  apply(x, image, values) {
    if (!moves(values)) return;
    const { height, width, channels } = image;
    const { matrix, offset } = drawAffine(image, values);
    const rule = fillRules[values.fill];
    const before = x.slice();
    const pixel = (row: number, column: number, c: number): number =>
      row < 0 || row >= height || column < 0 || column >= width ? 0 : before[(row * width + column) * channels + c];
    for (let y = 0, i = 0; y < height; y++) {
      for (let z = 0; z < width; z++) {
        const row = place(offset[0] + matrix[0][0] * y + matrix[0][1] * z, height, rule);
        const column = place(offset[1] + matrix[1][0] * y + matrix[1][1] * z, width, rule);
        const [r, k] = [Math.floor(row), Math.floor(column)];
        for (let c = 0; c < channels; c++, i++) {
          const top = pixel(r, k, c) + (column - k) * (pixel(r, k + 1, c) - pixel(r, k, c));
          const bottom = pixel(r + 1, k, c) + (column - k) * (pixel(r + 1, k + 1, c) - pixel(r + 1, k, c));
          x[i] = top + (row - r) * (bottom - top);
        }
      }
    }
  },
});
