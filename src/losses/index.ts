/** The registry of losses. Each is an operation of the kernels (`kernels/ops/loss.ts`). */
import { pick } from "../base/registry.js";
import { readSetting, type Setting } from "../base/setting.js";
import { crossEntropy } from "./cross-entropy.js";
import { huber } from "./huber.js";
import type { Loss } from "./loss.js";
import { squaredError } from "./squared-error.js";

/** With the literal names of their operations, which types follow from. */
// biome-ignore format: a line each
export const registered = [
  crossEntropy,
  squaredError,
  huber,
] as const;
export const losses = registered as unknown as readonly Loss[];
export type LossName = (typeof registered)[number]["operation"];

/** A loss as a run trains on it. Scoring knows neither smoothing nor weights: it measures the plain loss. */
export interface TrainedLoss extends Loss {
  readonly operation: LossName;
  readonly parameter: number;
  /** Label smoothing e: the target of a sample is (1 - e) onehot + e / classes. */
  readonly smoothing?: number;
  /** What a sample of each class counts: the minibatch's loss is sum w l / sum w. Every one counts alike where absent. */
  readonly classWeights?: readonly number[];
}

/** Whether it is what scoring measures. */
export const isPlain = ({ smoothing = 0, classWeights }: TrainedLoss): boolean => smoothing === 0 && !classWeights;

const wanted = { where: "loss", what: "a loss" };

/** The loss of "cross-entropy" or of a setting that was read, without smoothing or weights. Throws `usageError`. */
export function lossOf(setting: string | Setting): TrainedLoss {
  const { name, ...options } = readSetting(losses, setting, wanted);
  const loss = pick(losses, name, wanted);
  const operation = loss.operation as LossName;
  return { ...loss, operation, parameter: loss.parameterOf?.(options) ?? 0 };
}
