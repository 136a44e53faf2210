import type { Backend } from "../backend.js";
import { activation, activationBackward } from "./activation.js";
import { barrier, halt } from "./barrier.js";
import type { Twins } from "./contract.js";
import { biasUpdate, dense, denseBackward, denseUpdate } from "./dense.js";
import { gather } from "./gather.js";
import { interpreter } from "./interpreter.js";
import { score, softmaxCrossEntropy, squaredError, sumLoss } from "./loss.js";

/** The twin of every operation. One that is missing does not compile. */
export const twins: Twins = {
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
};

/** The back end of plain TypeScript: slow, portable, and the oracle of the native one. */
export const referenceBackend = (): Backend => interpreter(twins);
