/**
 * What a training takes of the machine's memory beside the data, the net and its activations: Node, the program, and a heap and
 * a stack for each thread. Known by measuring resident memory on Linux with Node 20 to 24, rounded up.
 */
import { runError } from "../base/errors.js";
import { readMemory } from "../base/machine.js";
import { elementBytes } from "../base/numbers.js";
import { counted } from "../base/text.js";
import { type Splits, splitsOf } from "../data/samples.js";
import { elementCount } from "../nn/net.js";
import type { Plan } from "./plan.js";

const [ofProcess, ofThread] = [80e6, 25e6];

/** Throws `runError` where so many threads alone would pass the memory that is left. */
export function checkThreads(threads: number, available = readMemory().available): void {
  const bytes = threads * ofThread;
  if (bytes <= available) return;
  throw runError({
    where: "memory",
    expected: `${megabytes(bytes)} for ${counted(threads, "thread")}`,
    got: `${megabytes(available)} available`,
    fix: "Take fewer --threads, or raise the limit.",
  });
}

/** Bytes that the process and its threads will still take. `rss` is what it has now, the loaded data among it. */
export function stillToCome(threads: number, dataset: Splits, rss = process.memoryUsage.rss()): number {
  const loaded = dataset.mapped ? 0 : splitsOf(dataset).reduce((sum, { images }) => sum + images.byteLength, 0);
  return Math.max(0, ofProcess + threads * ofThread - Math.max(0, rss - loaded));
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

const pageBytes = 4096;

/** Of the images in the arena, those that are touched: pages between them are never given out. */
export const touchedBytes = (used: number, samples: number, pixels: number): number =>
  Math.min(samples * pixels, used * (pixels + pageBytes));

/** Which of so many samples jobs will ask for; null where they are all. */
export function presentSamples(orders: readonly Uint32Array[] | undefined, samples: number): Uint8Array | null {
  if (!orders) return null;
  const present = new Uint8Array(samples);
  for (const order of orders) for (const sample of order) present[sample] = 1;
  return present.includes(0) ? present : null;
}

/** The weights as they are drawn, and the best of them. */
export const keptBytes = ({ parameters, dtype }: Plan): number =>
  2 * parameters.reduce((sum, { spec }) => sum + elementCount(spec.shape), 0) * elementBytes(dtype);

/** Of the arena, images that nobody will ask for. */
export function untouchedBytes({ regions, pixels, mapped }: Plan, present: Uint8Array | null): number {
  if (!present || mapped) return 0;
  const used = present.reduce((sum, is) => sum + is, 0);
  return regions.images.bytes - touchedBytes(used, present.length, pixels);
}
