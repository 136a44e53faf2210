/** How often each value stands in the pixels of images. */

import type { Split } from "../base/shape.js";
import type { Dataset } from "../data/dataset.js";

export interface Histogram {
  /** "grey", or "red", "green", "blue". */
  readonly channel: string;
  /** Pixels in each of equal ranges of 0..maximum, as shares of all. */
  readonly shares: readonly number[];
}

const mostBins = 64;

export function histogramsOf({ shape, maximum }: Dataset, { images }: Split): Histogram[] {
  const { channels } = shape;
  const bins = Math.min(mostBins, maximum + 1);
  const names = channels === 1 ? ["grey"] : channels === 3 ? ["red", "green", "blue"] : null;
  const counts = Array.from({ length: channels }, () => new Float64Array(bins));
  const binOf = Uint8Array.from({ length: 256 }, (_, value) =>
    Math.min(bins - 1, Math.floor((value * bins) / (maximum + 1))),
  );
  for (let i = 0; i < images.length; i++) counts[i % channels][binOf[images[i]]]++;
  const pixels = Math.max(1, images.length / channels);
  return counts.map((of, i) => ({
    channel: names?.[i] ?? `channel ${i + 1}`,
    shares: Array.from(of, (count) => count / pixels),
  }));
}
