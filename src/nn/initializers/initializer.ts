/**
 * The initializer contract: how weights start. An initializer is one file here and one line in `index.ts`. It fills one
 * tensor, in PyTorch's order of elements, from a stream that belongs to that tensor.
 */
import type { z } from "zod";
import type { Stream } from "../../base/random.js";
import type { Choice } from "../../base/setting.js";

/** What an initializer knows of a tensor. */
export interface Weights {
  /** PyTorch's: [out, in], or [filters, channels, height, width]. */
  readonly shape: readonly number[];
  /** What reaches one output. */
  readonly fanIn: number;
  /** What one input reaches. */
  readonly fanOut: number;
  /** What comes after it passes on only one side of zero. */
  readonly rectified: boolean;
}

export interface Initializer<Options extends z.ZodObject = z.ZodObject> extends Choice {
  readonly options: Options;
  /** What a run that starts so is warned of. */
  readonly warning?: string;
  /** Writes every element of `w`, in double. */
  fill(w: Float64Array, weights: Weights, stream: Stream, options: z.infer<Options>): void;
}

/** Uniform in [-bound, bound). */
export function fillUniform(w: Float64Array, bound: number, stream: Stream): void {
  for (let i = 0; i < w.length; i++) w[i] = (2 * stream.uniform() - 1) * bound;
}

/** Normal, mean 0. */
export function fillNormal(w: Float64Array, std: number, stream: Stream): void {
  stream.fillNormal(w);
  for (let i = 0; i < w.length; i++) w[i] *= std;
}
