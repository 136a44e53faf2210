/** A net is plain data: an input shape and a list of layer specs, as JSON in the model file. */
import type { ImageShape } from "../data/dataset.js";

export interface LayerSpec {
  readonly type: string;
  readonly [option: string]: unknown;
}

export interface NetSpec {
  readonly input: ImageShape;
  readonly classes: number;
  readonly layers: readonly LayerSpec[];
}

/** One learned tensor as PyTorch names and lays it out. */
export interface ParameterSpec {
  /** As PyTorch's nn.Sequential of the same list of layers names it: "0.weight". */
  readonly name: string;
  /** PyTorch's shape: a dense weight is [out, in], in flatten order C,H,W. */
  readonly shape: readonly number[];
  /** How it starts: from the initializer (with its fans and the activation that follows), or at a constant. */
  readonly init:
    | { readonly kind: "weights"; readonly fanIn: number; readonly fanOut: number; readonly rectified: boolean }
    | { readonly kind: "constant"; readonly value: number };
  /** How kernels want it. */
  readonly packing: Packing;
}

/** How a tensor lies in the arena (`engine/packing.ts`). */
export type Packing =
  /** A dense weight as panels of [input features][output features]; `image` is the input, whose features kernels see channels last. */
  | { readonly kind: "panels"; readonly k: number; readonly n: number; readonly image: ImageShape }
  /** One number per output feature, padded to whole vectors. */
  | { readonly kind: "vector"; readonly n: number };
