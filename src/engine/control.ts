/**
 * The words by which threads steer each other. JavaScript touches them by Atomics alone. Numbers are Int32 places inside
 * their region, each on its own 128 bytes.
 */

/** In the region `control`. */
export const controlWord = {
  /** The main thread asks ranks to stop after a step. */
  stopRequested: 0,
  /** Rank 0 answers, before a barrier, with the number of the step after which all stop. */
  stopAfter: 32,
  /** Steps that rank 0 has ended in this epoch: for progress. */
  stepsDone: 64,
} as const;

/** In `totals`, Float64 places: sums of the epoch so far, and the loss of the last minibatch, as it is trained on. */
export const totalPlace = { loss: 0, correct: 1, samples: 2, batchLoss: 3 } as const;

export const noStop = 0x7fffffff;
