/** How samples are cut into chunks, blocks and groups: by constants alone, so that no sum knows the machine or the ranks. */
import { featureCount } from "../nn/layer.js";
import { isSynchronous, type Stage } from "./stages.js";

/** A minibatch of more samples goes through the net in chunks of this many; their gradients go on from one another. */
export const chunkSamples = 1024;
/** Samples that go through several layers at a time (`Extent`). */
export const block = { blocks: 8, wide: 64 };
/** Evaluation takes at most this many samples at a time through the net; of nets that go in blocks, a few blocks. */
export const mostScored = 64;
const scoredBlocks = 4;
/** Fewer where their activations would take more memory than this on each rank. */
const scoredBytes = 256 * 2 ** 20;
/** Groups of a minibatch whose partial gradients are added as a tree: as many as divide well among ranks, of whole blocks. */
const mostGroups = 16;
/**
 * Where a rank would have more than this of the mean, groups are not taken whole: sums wait until all samples are through, and
 * their inputs come from other caches once more, which costs less.
 */
const mostOfMean = 1.1;

const groupsOf = (batchSize: number): number => {
  const most = Math.max(1, Math.min(mostGroups, Math.floor(batchSize / block.blocks)));
  return 2 ** Math.floor(Math.log2(most));
};

export interface Cuts {
  /** Samples that go through the net at once in scoring, and in training. */
  readonly scoreRows: number;
  readonly chunk: number;
  /** Groups of a chunk whose partial gradients are added; 0 where none are. */
  readonly groups: number;
  /** Ranks take single samples, and slices of the groups' sums; else whole groups. */
  readonly sliced: boolean;
  /** The most samples at once. */
  readonly rows: number;
}

/** `batchSize` is 0 in a plan that only evaluates; `bytes` of a number. */
export function cutsOf(
  stages: readonly Stage[],
  given: {
    readonly batchSize: number;
    readonly minibatch: number;
    readonly ranks: number;
    readonly processes: number;
    readonly bytes: number;
  },
): Cuts {
  const { batchSize, ranks, processes, bytes } = given;
  const inBlocks = stages.some((stage) => stage.extent !== "shards" || isSynchronous(stage));
  const activations = stages.reduce((sum, { output }) => sum + featureCount(output) * bytes, 0);
  const affordable = Math.max(1, Math.floor(scoredBytes / activations));
  const scoreRows = Math.min(inBlocks ? scoredBlocks * block.blocks : mostScored, affordable);
  const minibatch = Math.min(given.minibatch, batchSize);
  const chunk = stages.some(isSynchronous) ? minibatch : Math.min(minibatch, chunkSamples);
  const groups = batchSize > 0 && inBlocks ? groupsOf(chunk) : 0;
  // What a process makes of a group is exchanged as the whole of it.
  const sliced = processes === 1 && groups > 0 && (Math.ceil(groups / ranks) * ranks) / groups > mostOfMean;
  return { scoreRows, chunk, groups, sliced, rows: Math.max(chunk, ranks * scoreRows) };
}
