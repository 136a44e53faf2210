/**
 * The layer contract. A layer is one file in `layers/` and one line in `layers/index.ts`.
 *
 * A layer describes itself (spec, shapes, parameters) and *lowers* itself: its methods append kernel operations to the
 * program of one rank (`engine/lowering.ts` has the buffers). It never computes; kernels do, natively or by their plain
 * TypeScript twins. Activations are channels last, one row per sample. For exports it says its forward pass a second time,
 * in standard operators (`operators`), which want channels first.
 *
 * - `forward` writes y from x, for the rows at hand: a block of samples, or the rank's whole shard.
 * - `backward` has dL/dy in `dy` and writes dL/dx into `dx` where the layer below wants it; it never adds. A layer whose
 *   gradients are summed in groups of samples also adds this block's part to its group's partial sums.
 * - `update` comes after a barrier: this rank finishes and applies its share of the weight gradients.
 *
 * A layer that needs the whole minibatch in the middle of a pass is `synchronous`: the planner cuts the pass there with a
 * barrier. An elementwise layer may vanish into its neighbors: a layer that `fusesAbove` applies the elementwise function
 * that follows it (`lowering.activation`) before it writes y; one that `fusesPool` also takes the non-overlapping max pooling
 * after that (`lowering.pool`); a layer that `fusesBelow` multiplies dx by the derivative of the function that came before
 * it (`lowering.inputActivation`). For the others the planner adds the separate pass.
 */
import type { z } from "zod";
import type { HeddleError } from "../base/errors.js";
import type { FloatArray } from "../base/numbers.js";
import type { ImageShape } from "../base/shape.js";
import type { Elementwise } from "../kernels/activations/index.js";
import type { Operators, Value } from "../kernels/operators.js";
import type { BufferContext, BufferSpec, Lowering, Pooling } from "./lowering.js";
import type { Notation } from "./notation.js";
import type { FeatureShape, LayerSpec, ParameterSpec } from "./spec.js";

/** Where a layer stands in its net: what its shape rule and its error messages need. */
export interface LayerPlace {
  /** The number in PyTorch's names, with what it stands in: "3", "3.body.0". */
  readonly name: string;
  readonly input: FeatureShape;
  /** Of a composite layer: what each of its branches gives; else the one input. */
  readonly inputs: readonly FeatureShape[];
  /** The next layer that is not passive rectifies: an initializer asks. */
  readonly rectified: boolean;
}

export interface Layer<Spec extends LayerSpec = LayerSpec> {
  readonly type: Spec["type"];
  readonly summary: string;
  /** What the spec may say; unknown keys are refused. */
  readonly schema: z.ZodType<Spec>;
  /** How a sentence of the arrow language says it. */
  readonly notation: Notation<Spec>;
  /** Shape of the output. Throws `usageError` naming the layer and both shapes where the input does not fit. */
  output(spec: Spec, place: LayerPlace): FeatureShape;
  /** Learned tensors and running statistics, in PyTorch's order; none where absent. */
  readonly parameters?: (spec: Spec, place: LayerPlace) => readonly ParameterSpec[];
  /** Multiply-adds of one sample's forward pass; 0 where absent. */
  readonly multiplyAdds?: (spec: Spec, place: LayerPlace) => number;
  /** Input pixels that one output pixel sees along each axis, and how far apart neighbors' windows begin. */
  readonly window?: (spec: Spec, place: LayerPlace) => Window;
  /** The function of an elementwise layer, which its neighbors may fuse. */
  readonly elementwise?: (spec: Spec) => Elementwise;
  /** The pooling of a max pooling layer whose windows do not overlap, which the layer below may fuse; null for others. */
  readonly pooling?: (spec: Spec, place: LayerPlace) => Pooling | null;
  readonly fusesAbove?: boolean;
  readonly fusesPool?: boolean;
  readonly fusesBelow?: boolean;
  /** Passes on only one side of zero: He's initial weights suit what comes before it. */
  readonly rectifies?: true;
  /** Leaves the meaning of numbers as it is (pooling, norms, dropout): weights below look through it for their activation. */
  readonly passive?: boolean;
  /** Leaves memory as it is: its output is its input under another shape. */
  readonly vanishes?: boolean;
  /** Samples that a minibatch of training must have at least; 1 where absent. */
  readonly leastBatch?: (spec: Spec, place: LayerPlace) => number;
  /** Of a layer whose outputs are rows of its `weight`, plus a `bias` where it has one: the same with a bias. */
  readonly withBias?: (spec: Spec) => LayerSpec;
  /** What scoring makes of each channel, y = scale x + shift: such a layer may go into the weights of one `withBias` below. */
  readonly affine?: (spec: Spec, tensor: (last: string) => FloatArray) => Affine;
  /** Runs on whole shards, not on blocks of samples: many rows make its products fast. */
  readonly wholeShard?: boolean;
  /** Its products by the `weight` may be divided in tiles: `forward` and `backward` ask the lowering for their `tiles`. */
  readonly dividesTiles?: boolean;
  /** Memory of its own: what forward keeps for backward, statistics, scratch. */
  readonly buffers?: (spec: Spec, place: LayerPlace, context: BufferContext) => Readonly<Record<string, BufferSpec>>;
  /** The copies that its pass back reads are buffers of its own: none lies beside its tensors (`packing.copy`). */
  readonly ownCopies?: (spec: Spec, place: LayerPlace, context: BufferContext) => boolean;
  readonly synchronous?: Synchronous<Spec>;
  /** The sub-nets of a composite layer by name, each fed by its input; an empty one passes the input on. Their outputs are its inputs. */
  readonly branches?: (spec: Spec) => Readonly<Record<string, readonly LayerSpec[]>>;
  /** Writes the copies that follow from its tensors, where those were set and not updated. */
  readonly prepare?: (spec: Spec, lowering: Lowering) => void;
  forward(spec: Spec, lowering: Lowering): void;
  /** The same in scoring, in the operators of an exported graph: all that an export knows of a layer. */
  operators(spec: Spec, graph: LayerGraph): Value;
  /** Of a layer on maps: adds a block's part to its group's partial sums. Comes before `backward`, or, where blocks are wide, later. */
  readonly backwardGroups?: (spec: Spec, lowering: Lowering) => void;
  backward(spec: Spec, lowering: Lowering): void;
  /** Of a layer with learned parameters. */
  readonly update?: (spec: Spec, lowering: Lowering) => void;
  /** Of one whose update uses `owned`: writes what follows from weights that other processes have updated. */
  readonly renew?: (spec: Spec, lowering: Lowering) => void;
}

export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * What a synchronous layer does around the barriers: `reduce` runs once per group of samples on x and ends the
 * segment below; after the barrier, `merge` runs once on every rank; then `forward` opens the next segment. The same with dy
 * on the way back. In a plan that only scores, `merge` alone runs.
 */
export interface Synchronous<Spec> {
  reduce(spec: Spec, lowering: Lowering): void;
  merge(spec: Spec, lowering: Lowering): void;
  reduceBackward(spec: Spec, lowering: Lowering): void;
  mergeBackward(spec: Spec, lowering: Lowering): void;
}

/** An exported graph at a layer's place. */
export interface LayerGraph extends Operators {
  readonly place: LayerPlace;
  readonly x: Value;
  /** Of a composite layer: what each of its branches gives; else the one input. */
  readonly inputs: readonly Value[];
  /** A tensor of the layer, as the model file has it. */
  readonly parameter: (last: string) => Value;
  /** As [batch, channels, height, width]. */
  readonly map: (x: Value) => Value;
  /** As [batch, features]. */
  readonly vector: (x: Value) => Value;
  /** What a graph cannot hold: an error that names the layer. */
  readonly refuse: (why: string) => HeddleError;
}

/** How errors name a layer: "layer 3.body.0 (conv2d)". */
export const layerWhere = ({ name }: Pick<LayerPlace, "name">, type: string): string => `layer ${name} (${type})`;

/** Features of one sample. */
export const featureCount = ({ height, width, channels }: ImageShape): number => height * width * channels;
/** "28x28x1", or "10" for a plain vector. */
export const shapeText = ({ height, width, channels }: ImageShape): string =>
  height === 1 && width === 1 ? `${channels}` : `${height}x${width}x${channels}`;

/** A layer's reach along the two axes: window size and stride. */
export interface Window {
  readonly height: number;
  readonly width: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
}

/** The window of a layer each of whose outputs sees the whole of its input. */
export function wholeWindow(input: FeatureShape): Window {
  const { height, width } = input.image ?? input;
  return { height, width, strideHeight: 1, strideWidth: 1 };
}
