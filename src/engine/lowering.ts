/** What a layer sees while it appends its operations to the program of one rank. */
import type { Elementwise, OperationArguments, OperationName, Region } from "../kernels/operations.js";

/** A minibatch of features in the arena: [chunk][ld] numbers, of which the first `features` of a row count. */
export interface Tensor {
  readonly region: Region;
  readonly features: number;
  /** Numbers from row to row. */
  readonly ld: number;
}

/** A learned tensor in the arena, packed as its spec says. */
export interface ParameterBuffers {
  readonly w: Region;
  /** The transposed copy, kept where dL/dx is wanted. */
  readonly wt: Region | null;
  /** The gradient so far, where a minibatch comes in several chunks. */
  readonly g: Region | null;
  /** The optimizer's state, in the order of its names. */
  readonly state: readonly Region[];
}

export interface Lowering {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly dy: Tensor;
  /** Null where nothing below has parameters. */
  readonly dx: Tensor | null;
  /** The elementwise function this layer applies to y; identity unless it `fusesAbove`. */
  readonly above: Elementwise;
  /** The function whose derivative this layer multiplies into dx; identity unless it `fusesBelow`. */
  readonly below: Elementwise;
  /** A parameter of this layer by the last part of its name. */
  readonly parameter: (name: string) => ParameterBuffers;
  readonly emit: <O extends OperationName>(operation: O, values: OperationArguments<O>) => void;
  /** Number of the optimizer in its registry. */
  readonly optimizer: number;
  /** This rank's part of `count` pieces of work of one layer: [first, last). */
  readonly share: (count: number) => readonly [number, number];
  /** Scratch memory of this rank: as many numbers as a chunk has rows, times a panel's width. */
  readonly workspace: Region;
  /** Numbers in a vector, and in the width of a panel. */
  readonly lanes: number;
  readonly panelLanes: number;
}
