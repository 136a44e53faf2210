/** Numbers of a net as pictures: filters and feature maps. */
import type { ImageShape } from "../base/shape.js";
import type { DecodedImage } from "../formats/pixels.js";

const middle = 128;

/** The largest magnitude, or 0 where all values are the same: then there is nothing to see but the value. */
export function spanOf(values: ArrayLike<number>): { readonly constant: number | null; readonly most: number } {
  let most = 0;
  let constant = true;
  for (let i = 0; i < values.length; i++) {
    most = Math.max(most, Math.abs(values[i]));
    constant &&= values[i] === values[0];
  }
  return { constant: constant ? (values[0] ?? 0) : null, most };
}

/** Weights with 0 in middle grey and the largest magnitude black or white; channels as colors where there are three. */
export function weightsPicture(values: ArrayLike<number>, { height, width, channels }: ImageShape): DecodedImage {
  const { constant, most } = spanOf(values);
  const colors = channels === 3 ? 3 : 1;
  const pixels = new Uint8Array(height * width * colors);
  const merged = channels / colors;
  for (let i = 0; i < pixels.length; i++) {
    let sum = 0;
    for (let c = 0; c < merged; c++) sum += values[i * merged + c];
    const share = constant === null ? sum / merged / most : 0;
    pixels[i] = Math.round(middle + 127 * share);
  }
  return { width, height, channels: colors, pixels };
}

/** One channel of a feature map, from its least value (black) to its largest (white); middle grey where it is even. */
export function mapPicture(
  values: ArrayLike<number>,
  { height, width, channels }: ImageShape,
  channel: number,
): DecodedImage {
  const own = Float64Array.from({ length: height * width }, (_, i) => values[i * channels + channel]);
  const [low, high] = own.reduce(
    ([least, largest], value) => [Math.min(least, value), Math.max(largest, value)],
    [Infinity, -Infinity],
  );
  const pixels = Uint8Array.from(own, (value) =>
    high > low ? Math.round((255 * (value - low)) / (high - low)) : middle,
  );
  return { width, height, channels: 1, pixels };
}

/** Red-orange where a value falls below 0, blue where it rises, white at 0; `most` is the full color. */
export function signedPicture(values: ArrayLike<number>, height: number, width: number, most: number): DecodedImage {
  const pixels = new Uint8Array(height * width * 3);
  const [fall, rise] = [
    [184, 74, 0],
    [11, 102, 176],
  ];
  for (let i = 0; i < height * width; i++) {
    const share = most > 0 ? Math.min(1, Math.abs(values[i]) / most) : 0;
    const hue = values[i] < 0 ? fall : rise;
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = Math.round(255 + (hue[c] - 255) * share);
  }
  return { width, height, channels: 3, pixels };
}
