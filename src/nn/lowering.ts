/** What a layer sees while it appends its operations to the program of one rank. */

import type { Elementwise } from "../kernels/activations/index.js";
import type { InstructionArguments, OperationName } from "../kernels/ops/index.js";
import type { Range, Region, Rows } from "../kernels/signature.js";
import type { LayerPlace } from "./layer.js";
import type { FeatureShape } from "./spec.js";

/** A minibatch of features in the arena: rows of `ld` numbers, one row per sample, of which the first `features` count. */
export interface Tensor extends Rows {
  readonly features: number;
}

/** A tensor of the model in the arena, packed as its spec says. */
export interface ParameterBuffers {
  readonly w: Region;
  /** The copy for dL/dx, kept where that is wanted. */
  readonly wt: Region | null;
  /** The gradient so far, where a minibatch comes in several chunks and its owner computes it. */
  readonly g: Region | null;
  /** One partial gradient per group of samples, a row each as long as w, where the plan sums it in groups. */
  readonly partials: Rows | null;
  /** The optimizer's state, in the order of its names. */
  readonly state: readonly Region[];
  /** Training moves it: false for statistics, and for what is frozen. */
  readonly trained: boolean;
  /** Which optimizer updates it, and by which of the step's rules (`ruleWord`). */
  readonly optimizer: number;
}

/** A max pooling whose windows do not overlap, fused into the layer below it. */
export interface Pooling {
  /** Height and width of the window, and its stride. */
  readonly size: number;
}

/** How much memory a layer wants under a name, and whose it is. */
export interface BufferSpec {
  /**
   * `sample`: a row per sample of the chunk, kept from forward to backward · `chunk`: the same, of training alone · `block`: a row per sample of this rank's block,
   * gone with the block · `group`: a row per group of samples · `rank`: scratch of one rank, gone with the operation ·
   * `kept`: one row of each rank, kept from step to step · `shared`: one for all.
   */
  readonly scope: "sample" | "chunk" | "block" | "group" | "rank" | "kept" | "shared";
  /** Elements of a row. */
  readonly length: number;
  /** Bits of an element; the run's number format where absent. */
  readonly bits?: 8 | 32 | 64;
}

/** What the sizes of a layer's buffers may depend on: constants of the net, the minibatch and the format. */
export interface BufferContext {
  /** The layer's part of the pass back, or what it draws, is wanted. */
  readonly training: boolean;
  /** It is frozen: it runs as in scoring in a program that trains too, and passes gradients on at most. */
  readonly frozen: boolean;
  readonly lanes: number;
  /** Samples in a block, in a chunk, and groups a chunk is cut into. */
  readonly block: number;
  readonly chunk: number;
  readonly groups: number;
  /** Sums of groups are made when all samples are through, a slice by each rank: `backwardGroups` makes all of them then. */
  readonly sliced: boolean;
  /** The pooling that this layer takes over. */
  readonly pool: Pooling | null;
  /** The layer below wants dL/dx. */
  readonly wantsInputGradient: boolean;
  /** `--exact-conv`: no algorithm that rounds otherwise than the definition. */
  readonly exact: boolean;
  /** A minibatch comes in several chunks. */
  readonly chunked: boolean;
  /** The weight's gradient is summed in groups; else its owner computes it over the chunk. */
  readonly partial: boolean;
}

/** y from x, or dL/dx from dL/dy. */
export type ProductPass = "forward" | "backward";

/** Tiles of a product: rows of the chunk times a panel of columns, as `kernels/ops/dense-tiles.ts` numbers them. */
export interface TileRange {
  readonly bands: number;
  readonly pieces: number;
  readonly tiles: Range;
}

export interface Lowering extends BufferContext {
  readonly place: LayerPlace;
  readonly input: FeatureShape;
  /** What the layer itself gives, before a fused pooling. */
  readonly output: FeatureShape;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly dy: Tensor;
  /** Null where nothing below has parameters. */
  readonly dx: Tensor | null;
  /** The second input of a composite layer, and where its gradient goes. */
  readonly x2: Tensor | null;
  readonly dx2: Tensor | null;
  /** The elementwise function this layer applies to y; identity unless it `fusesAbove`. */
  readonly activation: Elementwise;
  /** The function whose derivative this layer multiplies into dx; identity unless it `fusesBelow`. */
  readonly inputActivation: Elementwise;
  /** A parameter of this layer by the last part of its name. */
  readonly parameter: (name: string) => ParameterBuffers;
  /** A buffer of this layer by its name in `buffers`. `sample` and `block` buffers have a row per sample, `group` buffers one per group. */
  readonly buffer: (name: string) => Rows;
  readonly emit: <O extends OperationName>(operation: O, values: InstructionArguments<O>) => void;
  readonly rank: number;
  /** This rank's part of `count` pieces of work of one layer: [first, last). */
  readonly share: (count: number) => Range;
  /**
   * This rank's part of the units of a weight's update: as `share`, or, where the plan divides the update, of the ranks of all
   * processes. Units of as many vectors of rows, of convolutions with all their taps, panel by panel (`unitsOf`). `uses`: how
   * often a sample uses each weight.
   */
  readonly owned: (weight: ParameterBuffers, units: number, uses?: number) => Range;
  /**
   * This rank's slices of a sum over each group of samples, units of work numbered group by group: for each unit what it costs,
   * in multiply-adds of one sample.
   */
  readonly slices: (work: readonly number[]) => Range;
  /**
   * Of a layer that `dividesTiles`: this rank's tiles of the product of a pass, over all samples of the chunk, for the operation
   * that comes next; null where the rank takes its samples.
   */
  readonly tiles: (pass: ProductPass) => TileRange | null;
  /** Numbers in the width of a panel. */
  readonly panelLanes: number;
  /** Sample of each place in the epoch, for draws that belong to a sample. */
  readonly order: Region;
  /** Key of this layer's random draws. */
  readonly key: readonly [number, number];
}
