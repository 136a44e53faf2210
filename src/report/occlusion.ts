/**
 * Occlusion maps (Zeiler and Fergus 2014): a window that covers part of the image slides over it, and the log-probability
 * of a class falls where what it covers speaks for that class. Each pixel has the mean over the windows that cover it.
 * Windows begin outside of the image, so that its border is covered as often as its middle.
 */
import type { FloatArray } from "../base/numbers.js";
import type { ImageShape } from "../base/shape.js";

export interface Windows {
  /** Pixels a side, and from one window to the next. */
  readonly size: number;
  readonly stride: number;
}

export interface OcclusionInput {
  /** height x width x channels bytes. */
  readonly image: Uint8Array;
  readonly shape: ImageShape;
  /** What covers it: a value for each channel. */
  readonly fill: readonly number[];
  readonly windows: Windows;
  /** Probabilities [images][classes] of images one after the other. */
  readonly predict: (images: Uint8Array) => FloatArray;
}

/** Where windows begin along a side: from one that covers the first pixels alone to one that covers the last alone. */
export const beginnings = (side: number, { size, stride }: Windows): number[] =>
  Array.from({ length: Math.floor((side + size - 2) / stride) + 1 }, (_, i) => 1 - size + i * stride);

const atATime = 256;

/** height x width changes of the log-probability of `label`: negative where the image speaks for it. */
export function occlusionMap({ image, shape, fill, windows, predict }: OcclusionInput, label: number): Float64Array {
  const { height, width } = shape;
  const places = beginnings(height, windows).flatMap((top) =>
    beginnings(width, windows).map((left) => ({ top, left })),
  );
  const classes = predict(image).length;
  const before = logProbability(predict(image), 0, classes, label);
  const [sums, times] = [new Float64Array(height * width), new Uint32Array(height * width)];
  for (let first = 0; first < places.length; first += atATime) {
    const some = places.slice(first, first + atATime);
    const covered = new Uint8Array(some.length * image.length);
    for (const [i, place] of some.entries()) {
      covered.set(image, i * image.length);
      eachPixel(place, windows, shape, (pixel) => covered.set(fill, i * image.length + pixel * shape.channels));
    }
    const probabilities = predict(covered);
    for (const [i, place] of some.entries()) {
      const change = logProbability(probabilities, i, classes, label) - before;
      eachPixel(place, windows, shape, (pixel) => {
        sums[pixel] += change;
        times[pixel]++;
      });
    }
  }
  return sums.map((sum, i) => (times[i] > 0 ? sum / times[i] : 0));
}

function eachPixel(
  { top, left }: { readonly top: number; readonly left: number },
  { size }: Windows,
  { height, width }: ImageShape,
  visit: (pixel: number) => void,
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + size); x++) visit(y * width + x);
  }
}

/** A probability that rounds to 1 is what the others leave of it; one that underflows is as small as floats are. */
function logProbability(probabilities: FloatArray, image: number, classes: number, label: number): number {
  const own = probabilities[image * classes + label];
  if (own < 0.5) return Math.log(Math.max(own, 1e-38));
  let others = 0;
  for (let k = 0; k < classes; k++) if (k !== label) others += probabilities[image * classes + k];
  return Math.log1p(-others);
}
