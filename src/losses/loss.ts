/**
 * The loss contract. A loss is one file here and one line in `index.ts`; its kernel is one header under `native/loss/`.
 * It turns the logits of a sample into a number and its gradient. Softmax is part of the loss, so that a net cannot apply it
 * twice. Training adds label smoothing and class weights; scoring measures the plain loss by the same kernel.
 */
import type { z } from "zod";
import type { FloatArray } from "../base/numbers.js";
import type { Choice } from "../base/setting.js";

/** One sample of a minibatch, as the plain formula sees it. */
export interface Sample {
  /** [classes] the logits. */
  readonly z: FloatArray;
  /** [classes, padded to whole vectors] gets dL/dz times `scale`; the padding becomes 0. May not be `z`. */
  readonly dz: FloatArray;
  readonly classes: number;
  /** The target is t = (1 - smoothing) (share onehot(label) + (1 - share) onehot(partner)) + smoothing / classes (`targetOf`). */
  readonly label: number;
  /** The other label of a mixed image, where it is another; `share` is 1 else. */
  readonly partner: number | null;
  readonly share: number;
  readonly smoothing: number;
  /** The sample's share of the minibatch's weight. */
  readonly scale: number;
  /** What `parameterOf` made of the options. */
  readonly parameter: number;
}

export interface Loss<Options extends z.ZodObject = z.ZodObject> extends Choice {
  readonly options: Options;
  /** The operation of the kernels that computes it; also the kernel's function, with underscores. */
  readonly operation: string;
  /** The header of its kernel, under `native/`. */
  readonly native: string;
  /** The one number of its options that the kernel reads; 0 where it has none. */
  readonly parameterOf?: (options: z.infer<Options>) => number;
  /** The plain formula: L of one sample. Arithmetic is in double, storing rounds. */
  readonly sample: (sample: Sample) => number;
}
