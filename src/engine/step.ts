/**
 * The step block: the numbers of a program that change from step to step, one block per rank in the arena. A rank's
 * JavaScript writes it before each run of a program; kernels read it. Layout as `Step` in `native/op.h`.
 */
export const stepBlock = {
  /** Place in the order of the first row of this chunk. */
  cursor: 0,
  /** First row of this rank's shard within the chunk, and how many it has. */
  first: 1,
  rows: 2,
  /** Rows of the chunk over all ranks. */
  chunk: 3,
  /** 1 / weight of the minibatch: its samples, or the sum of their classes' weights. */
  scale: 4,
  /** 1 where the gradient starts with this chunk, and where it ends: the update follows. */
  start: 5,
  finish: 6,
  /** The optimizer's scalars of this step. */
  hyper: 7,
  /** Seconds spent waiting in barriers, added up by the kernels. */
  waited: 15,
  /** For draws that belong to an epoch and a sample. */
  epoch: 16,
  /** The group of samples whose partial gradient a block adds to, and 1 where the block is its last. */
  group: 17,
  last: 18,
  words: 24,
} as const;
