/** What a plan has beside its net: data, orders, results, and where ranks meet. */
import { elementBytes } from "../base/numbers.js";
import { stepBlock } from "../kernels/layout.js";
import { mixNumbers } from "../kernels/mixes/index.js";
import { lanesOf, padded } from "../kernels/panels.js";
import { mappedOffset, type Region } from "../kernels/signature.js";
import { featureCount } from "../nn/layer.js";
import type { Layout } from "./arena.js";
import type { PlanOptions } from "./plan.js";

export interface PlanRegions {
  readonly images: Region;
  readonly labels: Region;
  readonly order: Region;
  readonly scale: Region;
  readonly shift: Region;
  readonly control: Region;
  readonly barrier: Region;
  readonly flag: Region;
  readonly totals: Region;
  readonly stepLosses: Region;
  /** The norm of each step's gradient, where it is measured. */
  readonly stepNorms: Region | null;
  readonly classWeights: Region | null;
  /** What each place of the order is mixed with, and how (`kernels/mixes`), where images are mixed. */
  readonly partners: Region | null;
  readonly mixes: Region | null;
  readonly loss: Region;
  readonly predicted: Region;
  readonly logits: Region | null;
  readonly probabilities: Region | null;
  readonly stepBlocks: readonly Region[];
}

interface Extents {
  /** Rows of a chunk, or of what is scored at a time. */
  readonly rows: number;
  readonly batchSize: number;
  /** An update waits for its whole gradient. */
  readonly waits: boolean;
  readonly mixed: boolean;
}

export function layRegions(
  layout: Layout,
  options: PlanOptions,
  { rows, batchSize, waits, mixed }: Extents,
): PlanRegions {
  const { net, dtype, optimizer, ranks, places } = options;
  const [lanes, bytes, pixels] = [lanesOf(dtype), elementBytes(dtype), featureCount(net.spec.input)];
  const numbers = (length: number): Region => layout.region(length * bytes);
  const barrier = layout.region(512);
  const stepBlocks = Array.from({ length: ranks }, () => layout.region(stepBlock.words * 8));
  return {
    barrier,
    stepBlocks,
    control: layout.region(4 * 128),
    flag: layout.region(4),
    totals: layout.region(4 * 8),
    stepLosses: layout.region(optimizer ? Math.ceil(places / batchSize) * 8 : 0),
    stepNorms: waits ? layout.region(Math.ceil(places / batchSize) * 8) : null,
    classWeights: options.loss.classWeights ? layout.region(net.spec.classes * 8) : null,
    partners: mixed ? layout.region(places * 4) : null,
    mixes: mixed ? layout.region(places * mixNumbers * 8) : null,
    order: layout.region(places * 4),
    labels: layout.region(options.samples * 2),
    scale: numbers(padded(pixels, lanes)),
    shift: numbers(padded(pixels, lanes)),
    loss: layout.region(Math.max(places, rows) * 8),
    predicted: layout.region(places * 4),
    logits: options.logits ? numbers(places * net.spec.classes) : null,
    probabilities: options.probabilities ? numbers(places * net.spec.classes) : null,
    // 64 bytes more than the pixels: kernels read whole vectors.
    images: options.mapped
      ? { offset: mappedOffset(0), bytes: options.samples * pixels }
      : layout.region(options.samples * pixels + 64),
  };
}
