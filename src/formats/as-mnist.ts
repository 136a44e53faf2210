/**
 * A drawn or photographed digit as MNIST's were made (LeCun, Cortes and Burges): ink bright on black, its bounding box
 * brought to 20 pixels on the longer side, and put into 28x28 so that its center of mass is in the middle.
 */
import { type DecodedImage, toChannels } from "./pixels.js";
import { resize } from "./resize.js";

const [side, box] = [28, 20];
/** Ink that differs less from its paper, of 0..255, is none. */
const faintest = 16;

/** 28x28 grey; black alone where there is nothing to see. */
export function asMnist(image: DecodedImage): DecodedImage {
  const ink = inkOf(toChannels(image, 1));
  const cut = cutOut(ink);
  const empty = new Uint8Array(side * side);
  if (cut === null) return { width: side, height: side, channels: 1, pixels: empty };
  const scale = box / Math.max(cut.width, cut.height);
  const [height, width] = [cut.height, cut.width].map((size) => Math.max(1, Math.round(size * scale)));
  const small = resize(cut, { height, width, fit: "stretch" });
  const { x, y } = centerOfMass(small);
  const left = Math.min(Math.max(0, Math.round((side - 1) / 2 - x)), side - width);
  const top = Math.min(Math.max(0, Math.round((side - 1) / 2 - y)), side - height);
  for (let row = 0; row < height; row++) {
    empty.set(small.pixels.subarray(row * width, (row + 1) * width), (top + row) * side + left);
  }
  return { width: side, height: side, channels: 1, pixels: empty };
}

/** How far each pixel is from the paper, on the side where the ink is; the strongest becomes 255, the paper's own noise 0. */
function inkOf({ width, height, pixels }: DecodedImage): DecodedImage {
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(pixels[x], pixels[(height - 1) * width + x]);
  for (let y = 1; y < height - 1; y++) border.push(pixels[y * width], pixels[y * width + width - 1]);
  const quantile = (values: readonly number[], share: number): number =>
    [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];
  const paper = quantile(border, 0.5);
  const noise = quantile(
    border.map((value) => Math.abs(value - paper)),
    0.9,
  );
  const sign = paper > 127 ? -1 : 1;
  const ink = Float64Array.from(pixels, (value) => Math.max(0, (value - paper) * sign));
  const most = ink.reduce((top, value) => Math.max(top, value), 0);
  const least = Math.min(3 * noise, most / 2);
  const gain = most < faintest ? 0 : 255 / (most - least);
  return {
    width,
    height,
    channels: 1,
    pixels: Uint8Array.from(ink, (value) => Math.max(0, (value - least) * gain) + 0.5),
  };
}

/** The part that has ink; null where none has. */
function cutOut({ width, height, pixels }: DecodedImage): DecodedImage | null {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] < 2 * faintest) continue;
      [top, bottom] = [Math.min(top, y), y];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  }
  if (bottom < 0) return null;
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  const cut = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const start = (top + y) * width + left;
    cut.set(pixels.subarray(start, start + columns), y * columns);
  }
  return { width: columns, height: rows, channels: 1, pixels: cut };
}

function centerOfMass({ width, height, pixels }: DecodedImage): { x: number; y: number } {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    sum += pixels[i];
    x += pixels[i] * (i % width);
    y += pixels[i] * Math.floor(i / width);
  }
  return { x: x / sum, y: y / sum };
}
