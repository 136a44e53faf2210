/** What a layer sees while it appends its operations to the program of one rank. */
import type { Elementwise, OperationArguments, OperationName, Region } from "../kernels/operations.js";
import type { LayerPlace } from "../nn/layer.js";
import type { FeatureShape } from "../nn/spec.js";

/** A minibatch of features in the arena: rows of `ld` numbers, one row per sample, of which the first `features` count. */
export interface Tensor {
  readonly region: Region;
  readonly features: number;
  /** Numbers from row to row. */
  readonly ld: number;
}

/** A tensor of the model in the arena, packed as its spec says. */
export interface ParameterBuffers {
  readonly w: Region;
  /** The copy for dL/dx, kept where that is wanted. */
  readonly wt: Region | null;
  /** The gradient so far, where a minibatch comes in several chunks and its owner computes it. */
  readonly g: Region | null;
  /** One partial gradient per group of samples, where the plan sums it in groups; each as long as w. */
  readonly partials: Partials | null;
  /** The optimizer's state, in the order of its names. */
  readonly state: readonly Region[];
}

export interface Partials {
  readonly region: Region;
  /** Numbers from one group's to the next's. */
  readonly stride: number;
}

/** A max pooling whose windows do not overlap, fused into the layer below it. */
export interface Pooling {
  /** Height and width of the window, and its stride. */
  readonly size: number;
}

/** How much memory a layer wants under a name, and whose it is. */
export interface BufferSpec {
  /**
   * `sample`: a row per sample of the chunk, kept from forward to backward · `block`: a row per sample of this rank's block,
   * gone with the block · `group`: a row per group of samples · `rank`: scratch of one rank, gone with the operation ·
   * `kept`: one row of each rank, kept from step to step · `shared`: one for all.
   */
  readonly scope: "sample" | "block" | "group" | "rank" | "kept" | "shared";
  /** Elements of a row. */
  readonly length: number;
  /** Bits of an element; the run's number format where absent. */
  readonly bits?: 8 | 32 | 64;
}

/** What the sizes of a layer's buffers may depend on: constants of the net, the minibatch and the format. */
export interface BufferContext {
  readonly training: boolean;
  readonly lanes: number;
  /** Samples in a block, in a chunk, and groups a chunk is cut into. */
  readonly block: number;
  readonly chunk: number;
  readonly groups: number;
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
  readonly above: Elementwise;
  /** The function whose derivative this layer multiplies into dx; identity unless it `fusesBelow`. */
  readonly below: Elementwise;
  /** A parameter of this layer by the last part of its name. */
  readonly parameter: (name: string) => ParameterBuffers;
  /** A buffer of this layer by its name in `buffers`. Rows of `sample` and `block` buffers are `rowLength` elements apart. */
  readonly buffer: (name: string) => { readonly region: Region; readonly rowLength: number };
  readonly emit: <O extends OperationName>(operation: O, values: OperationArguments<O>) => void;
  /** Number of the optimizer in its registry. */
  readonly optimizer: number;
  readonly rank: number;
  /** This rank's part of `count` pieces of work of one layer: [first, last). */
  readonly share: (count: number) => readonly [number, number];
  /** Numbers in the width of a panel. */
  readonly panelLanes: number;
  /** Sample of each place in the epoch, for draws that belong to a sample. */
  readonly order: Region;
  /** Key of this layer's random draws. */
  readonly key: readonly [number, number];
}
