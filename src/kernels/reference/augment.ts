/** The twin of `augment`: what is drawn for an image, and what that does to it. */
import { cosTurns, log, philox, sinTurns } from "../../random.js";
import type { Real, Twin, TwinArguments } from "./contract.js";
import { roundingOf } from "./contract.js";

type Values = TwinArguments<"augment">;

const fills = { nearest: 0, constant: 1, reflect: 2 } as const;

/** The draws of one image: a function of (key, epoch, sample), a number of [0, 1) for each word of its first blocks. */
class Chances {
  readonly #value = new Float64Array(32);

  constructor(epoch: number, sample: number, { key0, key1 }: Values) {
    const words = new Uint32Array(4);
    for (let block = 0; block < 8; block++) {
      philox([epoch, sample, 0, block], key0, key1, words);
      for (let word = 0; word < 4; word++) this.#value[4 * block + word] = words[word] * 2 ** -32;
    }
  }
  uniform(block: number, word: number): number {
    return this.#value[4 * block + word];
  }
  /** In [-range, range). */
  within(range: number, block: number, word: number): number {
    return range * (2 * this.uniform(block, word) - 1);
  }
  /** One of `count` integers from 0. */
  below(count: number, block: number, word: number): number {
    return Math.floor(this.uniform(block, word) * count);
  }
}

/** input (row, column) = offset + matrix · output (row, column). */
interface Affine {
  readonly matrix: readonly [readonly [number, number], readonly [number, number]];
  readonly offset: readonly [number, number];
}

/** Rotation · shift · shear · zoom about the centre, composed as Keras composes them. */
function drawAffine(values: Values, chances: Chances): Affine {
  const { height, width } = values;
  const angle = chances.within(values.rotate, 0, 0);
  const shear = chances.within(values.shear, 0, 1);
  const [cosine, sine, shearCosine, shearSine] = [cosTurns(angle), sinTurns(angle), cosTurns(shear), sinTurns(shear)];
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
function place(at: number, size: number, fill: number): number {
  if (fill === fills.reflect) {
    const fromEdge = at + 0.5;
    const inside = fromEdge - 2 * size * Math.floor(fromEdge / (2 * size));
    at = (inside > size ? 2 * size - inside : inside) - 0.5;
  }
  const [low, high] = fill === fills.constant ? [-1, size] : [0, size - 1];
  return Math.min(Math.max(at, low), high);
}

/** Between the pixels of an image, bilinearly; 0 outside. */
function warp(values: Values, { matrix, offset }: Affine, image: Float64Array, x: Float64Array): void {
  const { height, width, channels, fill } = values;
  const pixel = (row: number, column: number, c: number): number =>
    row < 0 || row >= height || column < 0 || column >= width ? 0 : image[(row * width + column) * channels + c];
  for (let y = 0, i = 0; y < height; y++) {
    for (let z = 0; z < width; z++) {
      const row = place(offset[0] + matrix[0][0] * y + matrix[0][1] * z, height, fill);
      const column = place(offset[1] + matrix[1][0] * y + matrix[1][1] * z, width, fill);
      const [r, k] = [Math.floor(row), Math.floor(column)];
      for (let c = 0; c < channels; c++, i++) {
        const top = pixel(r, k, c) + (column - k) * (pixel(r, k + 1, c) - pixel(r, k, c));
        const bottom = pixel(r + 1, k, c) + (column - k) * (pixel(r + 1, k + 1, c) - pixel(r + 1, k, c));
        x[i] = top + (row - r) * (bottom - top);
      }
    }
  }
}

const sumOf = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0);

/** Contrast about the image's mean, brightness, noise in C,H,W order; then back into 0 … maximum. */
function colour(values: Values, chances: Chances, epoch: number, sample: number, x: Float64Array): void {
  const { contrast, brightness, noise, maximum, channels, key0, key1 } = values;
  const mean = sumOf(x) / x.length;
  const gain = 1 + chances.within(contrast, 2, 0);
  const delta = chances.within(brightness, 2, 1) * maximum;
  const pixels = x.length / channels;
  const words = new Uint32Array(4);
  for (let i = 0; i < x.length; i++) x[i] = mean + gain * (x[i] - mean) + delta;
  if (noise > 0) {
    // Each channel's plane is padded to whole blocks; of one pixel, the channels are the plane.
    const [planes, plane] = pixels === 1 ? [1, channels] : [channels, pixels];
    for (let c = 0; c < planes; c++) {
      for (let i = 0; i < plane; i++) {
        if (i % 4 === 0) philox([epoch, sample, 0, c * Math.ceil(plane / 4) + i / 4], key0, key1 + 1, words);
        const pair = i & 2;
        const radius = Math.sqrt(-2 * log(1 - words[pair] * 2 ** -32));
        const turn = words[pair + 1] * 2 ** -32;
        x[i * planes + c] += radius * (i % 2 === 0 ? cosTurns(turn) : sinTurns(turn)) * noise * maximum;
      }
    }
  }
  for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i], 0), maximum);
}

/** A window of the image padded with zeros, as large as the image and so many pixels away. */
function crop({ height, width, channels }: Values, down: number, right: number, x: Float64Array): void {
  const padded = x.slice();
  for (let i = 0; i < x.length; i++) {
    const column = (Math.floor(i / channels) % width) + right;
    const row = Math.floor(i / (channels * width)) + down;
    const inside = row >= 0 && row < height && column >= 0 && column < width;
    x[i] = inside ? padded[(row * width + column) * channels + (i % channels)] : 0;
  }
}

/** Sets a rectangle of 2 to 33 % of the image, of proportions 0.3 to 1 / 0.3, to 0 (Zhong et al. 2020). */
function erase({ height, width, channels }: Values, chances: Chances, x: Float64Array): void {
  const area = (0.02 + 0.31 * chances.uniform(3, 1)) * (height * width);
  const ratio = 0.3 + (1 / 0.3 - 0.3) * chances.uniform(3, 2);
  const side = (square: number, most: number): number =>
    Math.min(Math.max(Math.floor(Math.sqrt(square) + 0.5), 1), most);
  const [tall, wide] = [side(area * ratio, height), side(area / ratio, width)];
  const top = chances.below(height - tall + 1, 4, 0);
  const left = chances.below(width - wide + 1, 4, 1);
  for (let y = top; y < top + tall; y++) {
    x.fill(0, (y * width + left) * channels, (y * width + left + wide) * channels);
  }
}

/** One image as training sees it in an epoch, as numbers of 0 … maximum. */
function augmented(values: Values, epoch: number, sample: number): Float64Array {
  const { images, height, width, channels, flipHorizontal, flipVertical } = values;
  const chances = new Chances(epoch, sample, values);
  const image = new Float64Array(height * width * channels);
  const mirrored = flipHorizontal === 1 && chances.uniform(1, 2) < 0.5;
  const upsideDown = flipVertical === 1 && chances.uniform(1, 3) < 0.5;
  for (let i = 0; i < image.length; i++) {
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / (channels * width));
    const from = (upsideDown ? height - 1 - row : row) * width + (mirrored ? width - 1 - column : column);
    image[i] = images[sample * image.length + from * channels + (i % channels)];
  }
  const x = image.slice();
  const { rotate, shiftHeight, shiftWidth, shear, zoomHeight, zoomWidth } = values;
  const moves = Math.max(rotate, shiftHeight, shiftWidth, shear, zoomHeight, zoomWidth) > 0;
  if (moves) warp(values, drawAffine(values, chances), image, x);
  if (Math.max(values.contrast, values.brightness, values.noise) > 0) colour(values, chances, epoch, sample, x);
  const padding = values.crop;
  const away = (word: number): number => chances.below(2 * padding + 1, 2, word) - padding;
  if (padding > 0) crop(values, away(2), away(3), x);
  if (chances.uniform(3, 0) < values.erase) erase(values, chances, x);
  return x;
}

/** Factor and shift that give an image mean 0 and 2-norm 1; an even image becomes 0. */
function statistics(x: Float64Array, maximum: number, out: Real): readonly [number, number] {
  const round = roundingOf(out);
  const mean = sumOf(x) / x.length;
  const spread = x.reduce((sum, value) => sum + value * value, 0) - mean * mean * x.length;
  const scale = spread > 1e-12 * maximum * maximum * x.length ? 1 / Math.sqrt(spread) : 0;
  return [round(scale), round(-mean * scale)];
}

/** x[r] = the augmented sample at place cursor + r of the order, standardised as `gather` does. */
export const augment: Twin<"augment"> = (values) => {
  const { x, ldx, order, scale, shift, perImage, maximum } = values;
  return ({ cursor, first, rows, epoch }) => {
    for (let r = first; r < first + rows; r++) {
      const image = augmented(values, epoch, order[cursor + r]);
      const own = perImage ? statistics(image, maximum, x) : null;
      for (const [i, value] of image.entries()) {
        x[r * ldx + i] = own ? value * own[0] + own[1] : value * scale[i] + shift[i];
      }
    }
  };
};
