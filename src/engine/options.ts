/** What an engine is laid out for. */
import type { Dtype } from "../base/numbers.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { Splits } from "../data/samples.js";
import type { Augmentation } from "../kernels/changes/index.js";
import type { TrainedLoss } from "../losses/index.js";
import type { Net } from "../nn/net.js";
import type { Rule } from "../optim/optimizer.js";
import type { Assignment } from "./assignment.js";
import type { Finishing } from "./finishing.js";

export interface EngineOptions {
  readonly net: Net;
  readonly dtype: Dtype;
  readonly batchSize: number;
  /** Samples that go through the net at once, where gradients of several minibatches are added up; else `batchSize`. */
  readonly minibatch?: number;
  /** What an update does; null for an engine that only scores. */
  readonly optimizer: Rule | null;
  /** Where tensors are updated by several rules, or not at all. */
  readonly assignment?: Assignment | null;
  readonly loss: TrainedLoss;
  readonly preprocessing: Preprocessing;
  readonly dataset: Splits;
  /** What is done to the images that are trained on; scoring sees them as they are. */
  readonly augmentation?: Augmentation | null;
  /** The longest order that a job will get. */
  readonly places: number;
  /** The samples that jobs will ask for, in lists; all where not given. Images of others take no memory. */
  readonly used?: readonly Uint32Array[];
  /** Keep every class's probability, and logit, of each scored sample. */
  readonly probabilities?: boolean;
  readonly logits?: boolean;
  /** Seed of the draws of dropout and noise. */
  readonly seed?: number;
  /** No algorithm that rounds otherwise than a layer's definition. */
  readonly exact?: boolean;
  /** What a step does beside the update of each tile. */
  readonly finishing?: Finishing | undefined;
  /** The epoch, from 1, whose layout this is: by it other processes make the same. */
  readonly epoch?: number;
}
