import type { OperationName } from "../../../src/kernels/operations.js";
import type { Cases } from "./case.js";
import { barrier, halt, sumLoss } from "./control.js";
import { biasUpdate, dense, denseBackward, denseUpdate } from "./dense.js";
import { activation, activationBackward, gather, score, softmaxCrossEntropy, squaredError } from "./rows.js";

/** What the kernel tests run: cases for every operation. One that has none does not compile. */
export const cases: { readonly [O in OperationName]: Cases } = {
  gather,
  dense,
  denseBackward,
  denseUpdate,
  biasUpdate,
  activation,
  activationBackward,
  softmaxCrossEntropy,
  squaredError,
  score,
  sumLoss,
  barrier,
  halt,
  // A loop is no kernel: blocks.test.ts runs them.
  blocks: () => [],
};
