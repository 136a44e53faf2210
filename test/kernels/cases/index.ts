import type { OperationName } from "../../../src/kernels/operations.js";
import { augment } from "./augment.js";
import {
  batchNorm,
  batchNormBackward,
  batchNormFold,
  batchNormMeasure,
  batchNormMeasureBackward,
  batchNormMerge,
  batchNormMergeBackward,
  batchNormRunning,
  batchNormUpdate,
} from "./batch-norm.js";
import type { Cases } from "./case.js";
import { biasGradient, conv, convBackward, convGradient, convUpdate, vectorUpdate } from "./conv.js";
import { barrier, halt, sumLoss } from "./control.js";
import { biasUpdate, dense, denseBackward, denseUpdate } from "./dense.js";
import { add, dropout, dropoutBackward, gaussianNoise } from "./noise.js";
import { averagePool, averagePoolBackward, maxout, maxoutBackward, maxPool, maxPoolBackward } from "./pool.js";
import { activation, activationBackward, gather, score, softmaxCrossEntropy, squaredError } from "./rows.js";
import { winograd, winogradBackward, winogradGradient, winogradFilters, winogradUpdate } from "./winograd.js";

/** What the kernel tests run: cases for every operation. One that has none does not compile. */
export const cases: { readonly [O in OperationName]: Cases } = {
  gather,
  augment,
  dense,
  denseBackward,
  denseUpdate,
  biasUpdate,
  activation,
  activationBackward,
  add,
  maxPool,
  maxPoolBackward,
  averagePool,
  averagePoolBackward,
  maxout,
  maxoutBackward,
  dropout,
  dropoutBackward,
  gaussianNoise,
  batchNormMeasure,
  batchNormMerge,
  batchNormFold,
  batchNorm,
  batchNormMeasureBackward,
  batchNormMergeBackward,
  batchNormBackward,
  batchNormUpdate,
  batchNormRunning,
  softmaxCrossEntropy,
  squaredError,
  score,
  sumLoss,
  conv,
  convBackward,
  convGradient,
  convUpdate,
  biasGradient,
  vectorUpdate,
  winograd,
  winogradBackward,
  winogradGradient,
  winogradUpdate,
  winogradFilters,
  barrier,
  halt,
  // A loop is no kernel: blocks.test.ts runs them.
  blocks: () => [],
};
