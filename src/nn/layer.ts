/**
 * The layer contract. A layer is one file in `layers/` and one line in `layers/index.ts`.
 *
 * A layer describes itself (spec, shapes, parameters) and *lowers* itself: `forward` and `backward` append kernel
 * operations to the plan of one rank. It never computes; kernels do, natively or by their plain TypeScript twins.
 * Activations are channels last, one row per sample: [rows][height * width * channels], each row padded to the
 * plan's vector width. In `backward`, `dy` holds dL/dy on entry; a layer writes dL/dx into `dx` (when the layer below
 * wants it) and never adds to it. Weight gradients are finished by the plan's update phase.
 */
import type { z } from "zod";
import type { ImageShape } from "../data/dataset.js";
import type { Lowering } from "../engine/lowering.js";
import type { LayerSpec, ParameterSpec } from "./spec.js";

/** Where a layer stands in its net: what its shape rule and its error messages need. */
export interface LayerPlace {
  /** Position in the list of layers: the number in PyTorch's names. */
  readonly index: number;
  readonly input: ImageShape;
  /** The layers above, nearest first: an initializer asks which activation follows. */
  readonly above: readonly LayerSpec[];
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
  /** An activation that the layer below may fuse into its own pass: y = f(x) elementwise, with f' known from y. */
  readonly elementwise?: (spec: Spec) => Elementwise;
  forward(spec: Spec, lowering: Lowering): void;
  backward(spec: Spec, lowering: Lowering): void;
}

/** An elementwise function that kernels know by name, with its one constant. */
export interface Elementwise {
  readonly name: "identity" | "relu" | "leaky-relu" | "tanh" | "sigmoid";
  /** Slope for x < 0 of leaky-relu; unused otherwise. */
  readonly slope: number;
}
