/** A net is plain data: an input shape and a list of layer specs, as JSON in the model file. */
import type { ImageShape } from "../base/shape.js";

export interface LayerSpec {
  readonly type: string;
  readonly [option: string]: unknown;
}

export interface NetSpec {
  readonly input: ImageShape;
  readonly classes: number;
  readonly layers: readonly LayerSpec[];
  /** A softmax comes after the last layer, though the loss takes one: a mistake, as published (`layers/softmax.ts`). */
  readonly doubledSoftmax?: true | undefined;
}

/**
 * Shape of one sample between two layers. After a flatten, `image` says how the features lie in memory: as that image,
 * channels last, though files number them C,H,W.
 */
export interface FeatureShape extends ImageShape {
  readonly image?: ImageShape;
  /** Given by a layer of images: a dense layer above wants it flattened first, even where it is 1x1. */
  readonly map?: true;
}

/** One tensor of the model file as PyTorch names and lays it out. */
export interface ParameterSpec {
  /** False for running statistics, which training moves without a gradient; they count apart. */
  readonly learned?: false;
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
  /** A weight as panels of [input features][output features]; `image` is the window of input that a row of it sees, whose features kernels want channels last. */
  | {
      readonly kind: "panels";
      readonly k: number;
      readonly n: number;
      readonly image: ImageShape;
      /**
       * What the copy for dL/dx looks like: W^T, or the kernel turned by 180 degrees with filters as input. None: dL/dx reads the
       * weights themselves, and their gradient is always summed in groups of samples.
       */
      readonly copy: "transposed" | "turned" | "none";
    }
  /** One number per output feature, padded to whole vectors; `image` where memory and file number the features differently. */
  | { readonly kind: "vector"; readonly n: number; readonly image?: ImageShape };
