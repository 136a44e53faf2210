/**
 * Images that show the same without being byte-equal: saved again as JPEG, scaled, a little brighter. Found by their thumbnails
 * (8x8 means of grey), then confirmed pixel by pixel.
 *
 * Images whose quadrants have about the same means lie in the same or in neighboring cells of a grid of four dimensions, so that
 * each is compared with few others.
 */
import { addonCall } from "../base/addon.js";
import type { Dataset } from "./dataset.js";
import { Alike } from "./near/alike.js";
import { Grid } from "./near/grid.js";
import { nearLimits } from "./near/limits.js";
import { Thumbnails } from "./near/thumbnails.js";
import { splitsOf } from "./samples.js";

/** Groups of samples (`samples.ts`), each ascending, by their first. The addon looks in another thread. */
export const findNearCopies = async (dataset: Dataset): Promise<number[][]> =>
  groupsOf((await firstsNatively(dataset)) ?? firstsPlainly(dataset));

/** `native/near_calls.h`; a limit each, in their order. */
type NearCopies = (
  splits: readonly Uint8Array[],
  height: number,
  width: number,
  channels: number,
  scale: number,
  ...limits: readonly number[]
) => Promise<Uint32Array>;

/** Of every sample the first that it shows the same as, itself where there is none; null without the addon. */
function firstsNatively(dataset: Dataset): Promise<Uint32Array> | null {
  const { shape, maximum } = dataset;
  const limits = Object.values(nearLimits);
  const call = addonCall<NearCopies>("nearCopies");
  const splits = splitsOf(dataset).map(({ images }) => images);
  return call && call(splits, shape.height, shape.width, shape.channels, 255 / maximum, ...limits);
}

/** The same in plain TypeScript. */
export function firstsPlainly(dataset: Dataset): Uint32Array {
  const images = imagesOf(dataset);
  const thumbnails = new Thumbnails(images, dataset.shape, 255 / dataset.maximum);
  const grid = new Grid(thumbnails.contrasting, thumbnails.quadrants);
  thumbnails.sortBy(grid.samples);
  const alike = new Alike(images, dataset.shape);
  const parents = Uint32Array.from(images.keys());
  for (const { begin, end, around } of grid.cells()) {
    for (let place = begin; place < end; place++) {
      const sample = grid.samples[place];
      let compared = 0;
      for (const cell of around) {
        // Each pair once: with those that come before it.
        for (let at = grid.begins[cell]; at < grid.begins[cell + 1] && grid.samples[at] < sample; at++) {
          if (++compared > nearLimits.mostCompared) break;
          if (thumbnails.differ(place, at)) continue;
          const other = grid.samples[at];
          const [a, b] = [rootOf(parents, other), rootOf(parents, sample)];
          if (a !== b && alike.are(sample, other)) parents[Math.max(a, b)] = Math.min(a, b);
        }
        if (compared >= nearLimits.mostCompared) break;
      }
    }
  }
  return parents.map((_, sample) => rootOf(parents, sample));
}

const imagesOf = (dataset: Dataset): Uint8Array[] => {
  const { height, width, channels } = dataset.shape;
  const bytes = height * width * channels;
  return splitsOf(dataset).flatMap(({ count, images }) =>
    Array.from({ length: count }, (_, at) => images.subarray(at * bytes, (at + 1) * bytes)),
  );
};

/** What is near to something near is one group: each sample leads to one before it, or stands for its group. */
function rootOf(parents: Uint32Array, sample: number): number {
  let root = sample;
  while (parents[root] !== root) root = parents[root] = parents[parents[root]];
  return root;
}

/** Those of at least two. */
function groupsOf(firsts: Uint32Array): number[][] {
  const found = new Map<number, number[]>();
  for (const [sample, first] of firsts.entries()) {
    if (first === sample) continue;
    const group = found.get(first);
    if (group) group.push(sample);
    else found.set(first, [first, sample]);
  }
  return [...found.values()].sort((a, b) => a[0] - b[0]);
}
