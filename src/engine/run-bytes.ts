/** The memory of a training run before there is one. */
import { findLoss } from "../nn/losses.js";
import type { Net } from "../nn/net.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { Dtype } from "./arena.js";
import { makePlan } from "./plan.js";

export interface RunSize {
  readonly batchSize: number;
  readonly dtype: Dtype;
  readonly optimizer: Optimizer;
  readonly threads: number;
  /** Images of all splits together, and of the largest. */
  readonly samples: number;
  readonly places: number;
}

/** Bytes of the arena: images, weights, the optimizer's state, activations, scratch. */
export function runBytes(net: Net, { threads, ...size }: RunSize): number {
  const loss = findLoss("cross-entropy");
  return makePlan({ ...size, net, loss, ranks: threads, spin: false, perImage: false, probabilities: false }).bytes;
}
