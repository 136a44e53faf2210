/** What stands where in memory that kernels share with whoever runs them: a mirror of `native/op.h` and `native/barrier.h`. */

/** Vectors are 64 bytes on every machine, and a panel of packed weights is 3 of them wide (`native/op.h`). */
export const vectorBytes = 64;
export const panelVectors = 3;

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
  /** Seconds spent waiting in barriers, added up by the kernels. */
  waited: 7,
  /** For draws that belong to an epoch and a sample. */
  epoch: 8,
  /** The group of samples whose partial gradient a block adds to, and 1 where the block is its last. */
  group: 9,
  last: 10,
  /** The numbers of this step of each rule by which weights are updated. */
  hyperparameters: 16,
  words: 16 + 16 * 16,
} as const;

/** The size of a block that holds any group whole: its sums belong to the chunk alone, and start anew in each. */
export const wholeGroups = 2 ** 52;

/** Rules of a step, and the numbers of each: the optimizer's own, then the penalties'. */
export const mostRules = 16;
export const ruleScalars = 16;
/** Penalties in a rule (`native/optimizer/penalties.h`); `active` 0 where there are none. */
export const penalty = { active: 8, clip: 9, factor: 10, decay: 11, l1: 12, shrink: 13 } as const;
/** Rules at the end that no optimizer has: one without penalties and scalars; one whose first number is what an average takes of the weights. */
export const plainRule = mostRules - 1;
export const averageRule = mostRules - 2;
/** What an update names: the number of the optimizer's loop, and the rule that has its scalars. */
export const ruleWord = (loop: number, rule: number): number => loop + 64 * rule;

/** Places of `BarrierWords` (`native/barrier.h`) as Int32 numbers in their region, each on its own 128 bytes. */
export const barrierWord = { arrived: 0, generation: 32, sleepers: 64, poison: 96 } as const;
