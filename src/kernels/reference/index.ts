import type { Backend } from "../backend.js";
import { activation, activationBackward, add } from "./activation.js";
import { augment } from "./augment.js";
import { barrier, halt } from "./barrier.js";
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
import type { Twins } from "./contract.js";
import { conv, convBackward } from "./conv.js";
import { biasGradient, convGradient, convUpdate, vectorUpdate } from "./conv-gradient.js";
import { biasUpdate, dense, denseBackward, denseUpdate } from "./dense.js";
import { gather } from "./gather.js";
import { interpreter } from "./interpreter.js";
import { maxout, maxoutBackward } from "./maxout.js";
import { dropout, dropoutBackward, gaussianNoise } from "./noise.js";
import { averagePool, averagePoolBackward, maxPool, maxPoolBackward } from "./pool.js";
import { score, softmaxCrossEntropy, squaredError, sumLoss } from "./loss.js";
import { winograd, winogradBackward, winogradFilters, winogradGradient, winogradUpdate } from "./winograd.js";

/** The twin of every operation. One that is missing does not compile. */
export const twins: Twins = {
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
};

/** The back end of plain TypeScript: slow, portable, and the oracle of the native one. */
export const referenceBackend = (): Backend => interpreter(twins);
