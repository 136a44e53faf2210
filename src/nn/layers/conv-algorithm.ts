/**
 * How a convolution is computed: which operations make its three passes, and what memory they want. The choice is a
 * function of the layer, the minibatch and the number format alone, never of the machine or the number of ranks. An algorithm
 * is one file and one line in `conv2d.ts`.
 */

import type { ConvGeometry } from "../../kernels/ops/conv-geometry.js";
import type { Range, Region, Rows } from "../../kernels/signature.js";
import type { BufferContext, BufferSpec, Lowering } from "../lowering.js";

/** What a convolution's passes see: the layer's buffers, and of its sums z before pooling, where dL/dz lies. */
export interface ConvLowering extends Lowering {
  readonly geometry: ConvGeometry;
  readonly bias: Region | null;
  readonly dz: Rows;
  /** Where the index of each pooling window's largest number is kept; null where nothing is pooled or nobody asks. */
  readonly argmax: Rows | null;
  /** This rank's pieces of the weight's gradient: as many channels as a vector has lanes, in one panel of filters. */
  readonly units: Range;
}

export interface ConvAlgorithm {
  readonly suits: (geometry: ConvGeometry, context: BufferContext) => boolean;
  /** Its passes read copies of the weights that are buffers of its own, not the turned one beside the weights. */
  readonly ownCopies?: true;
  buffers(geometry: ConvGeometry, context: BufferContext): Readonly<Record<string, BufferSpec>>;
  /** Copies that follow from weights that were set. */
  readonly prepare?: (lowering: ConvLowering) => void;
  /** y = pool(f(b + x * w)). */
  forward(lowering: ConvLowering): void;
  /** This block's part of the weight's gradient, where that is summed in groups. */
  gradient(lowering: ConvLowering): void;
  /** dL/dx, where that is wanted. */
  backward(lowering: ConvLowering): void;
  /** The weight's gradient from its groups, or over the whole chunk, and the step of the optimizer. */
  update(lowering: ConvLowering): void;
  /** Of one whose update uses `owned`: writes what follows from weights that other processes have updated. */
  readonly renew?: (lowering: ConvLowering) => void;
}
