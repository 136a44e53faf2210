/**
 * The layer contract. A layer is one file in `layers/` and one line in `layers/index.ts`.
 *
 * A layer describes itself (spec, shapes, parameters) and *lowers* itself: `forward`, `backward` and `update` append
 * kernel operations to the program of one rank (`engine/lowering.ts` has the buffers). It never computes; kernels do,
 * natively or by their plain TypeScript twins. Activations are channels last, one row per sample.
 *
 * - `forward` writes y from x, for the rows of this rank's shard.
 * - `backward` has dL/dy in `dy` and writes dL/dx into `dx` where the layer below wants it; it never adds.
 * - `update` comes after a barrier: x and dy of the whole chunk are there, and this rank finishes and applies its share
 *   of the weight gradients.
 *
 * An elementwise layer may vanish into its neighbours: a layer that `fusesAbove` applies the elementwise function that
 * follows it (`lowering.above`) before it writes y; a layer that `fusesBelow` multiplies dx by the derivative of the
 * function that came before it (`lowering.below`). For the others the planner adds the separate pass.
 */
import type { z } from "zod";
import type { ImageShape } from "../data/dataset.js";
import type { Lowering } from "../engine/lowering.js";
import type { Elementwise } from "../kernels/operations.js";
import type { LayerSpec, ParameterSpec } from "./spec.js";

/** Where a layer stands in its net: what its shape rule and its error messages need. */
export interface LayerPlace {
  /** Position in the list of layers: the number in PyTorch's names. */
  readonly index: number;
  readonly input: ImageShape;
  /** The layer that follows, if any: an initializer asks whether it rectifies. */
  readonly above: LayerSpec | undefined;
}

export interface Layer<Spec extends LayerSpec = LayerSpec> {
  readonly type: Spec["type"];
  readonly summary: string;
  /** What the spec may say; unknown keys are refused. */
  readonly schema: z.ZodType<Spec>;
  /** Shape of the output. Throws `usageError` naming the layer and both shapes where the input does not fit. */
  output(spec: Spec, place: LayerPlace): ImageShape;
  /** Learned tensors, in PyTorch's order. */
  parameters(spec: Spec, place: LayerPlace): readonly ParameterSpec[];
  /** Multiply-adds of one sample's forward pass. */
  multiplyAdds(spec: Spec, place: LayerPlace): number;
  /** The function of an elementwise layer, which its neighbours may fuse. */
  readonly elementwise?: (spec: Spec) => Elementwise;
  readonly fusesAbove?: boolean;
  readonly fusesBelow?: boolean;
  forward(spec: Spec, lowering: Lowering): void;
  backward(spec: Spec, lowering: Lowering): void;
  update(spec: Spec, lowering: Lowering): void;
}

/** Features of one sample. */
export const featureCount = ({ height, width, channels }: ImageShape): number => height * width * channels;
/** "28x28x1", or "10" for a plain vector. */
export const shapeText = ({ height, width, channels }: ImageShape): string =>
  height === 1 && width === 1 ? `${channels}` : `${height}x${width}x${channels}`;
