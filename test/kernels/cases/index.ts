import type { OperationName } from "../../../src/kernels/ops/index.js";
import { augment } from "./augment.js";
import * as batchNorm from "./batch-norm.js";
import type { Cases } from "./case.js";
import { sumLoss } from "./control.js";
import { conv, convInputGradient } from "./conv.js";
import { biasGradient, convCopyUpdate, convUpdate, convWeightGradient, vectorUpdate } from "./conv-gradient.js";
import { biasUpdate, dense, denseCopyUpdate, denseInputGradient, denseUpdate } from "./dense.js";
import { denseInputGradientTiles, denseTiles } from "./dense-tiles.js";
import { average, flatUpdate, maxNorm, squareSum } from "./flat.js";
import * as grouped from "./grouped-conv.js";
import { dropout, dropoutBackward, gaussianNoise } from "./noise.js";
import { phases } from "./orthogonal.js";
import { averagePool, averagePoolBackward, maxout, maxoutBackward, maxPool, maxPoolBackward } from "./pool.js";
import { activation, activationBackward, add, gather, losses, predict, softmax, softmaxBackward } from "./rows.js";
import * as winograd from "./winograd.js";

/** What the kernel tests run: cases for every operation. One that has none does not compile. */
export const cases: { readonly [O in OperationName]: Cases } = {
  ...{ gather, augment, activation, activationBackward, add },
  ...{ dense, denseInputGradient, denseUpdate, denseCopyUpdate, biasUpdate },
  ...{ denseTiles, denseInputGradientTiles },
  ...{ maxPool, maxPoolBackward, averagePool, averagePoolBackward, maxout, maxoutBackward },
  ...{ dropout, dropoutBackward, gaussianNoise },
  ...batchNorm,
  ...losses,
  ...{ predict, sumLoss, softmax, softmaxBackward },
  ...{ conv, convInputGradient, convWeightGradient, convUpdate, convCopyUpdate, biasGradient, vectorUpdate },
  ...winograd,
  ...grouped,
  ...{ flatUpdate, squareSum, average, maxNorm, ...phases },
};
