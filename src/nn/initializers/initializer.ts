/**
 * The initializer contract: how weights start. An initializer is one file here and one line in `index.ts`. It fills one
 * tensor, in PyTorch's order of elements, from a stream that belongs to that tensor.
 */
import type { z } from "zod";
import type { Stream } from "../../base/random.js";
import type { Choice } from "../../base/setting.js";
import type { ImageShape } from "../../base/shape.js";

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
  /** What the first layer of a net will see; given for its weights alone, to an initializer that `looks`. */
  readonly firstImages?: FirstImages | undefined;
}

/** The images that a run trains on, as the numbers that they become. */
export interface FirstImages extends ImageShape {
  readonly count: number;
  /** [height][width][channels] of image i < count; good until the next call. */
  readonly read: (i: number) => Float64Array;
}

export interface Initializer<Options extends z.ZodObject = z.ZodObject> extends Choice {
  readonly options: Options;
  /** What a run that starts so is warned of. */
  readonly warning?: string;
  /** The weights of a first convolution come from the training images (`Weights.firstImages`). */
  readonly looks?: true;
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
