/** What a plan says of a stage to whoever looks at it. */
import type { ProductPass, Tensor } from "../nn/lowering.js";
import type { StageMemory } from "./memory.js";
import type { Extent, Stage } from "./stages.js";

/** One part of the net between two tensors: what a search for the first wrong number goes through. */
export interface PlannedStage {
  /** Positions of its layers in the net. */
  readonly layers: readonly number[];
  readonly output: Tensor;
  /** How many samples go through it at a time. */
  readonly extent: Extent;
  /** How its weights' gradient comes about: partial sums of groups of samples, or by the owner of a weight over all of them. */
  readonly gradient: "groups" | "owners" | null;
  /** The passes whose product ranks divide in tiles, and in how many bands of rows; by samples where absent. */
  readonly bands: Readonly<Partial<Record<ProductPass, number>>>;
  /** Bytes of the whole arena that it keeps from one pass to the next: its output, what backward needs of it. */
  readonly keptBytes: number;
}

export function plannedStage(
  { main, layers, extent }: Stage,
  memory: StageMemory,
  bandsOf: (pass: ProductPass) => number | null,
): PlannedStage {
  const { output, gradient, inputGradients, buffers, context, parameters } = memory;
  const [forward, backward] = [bandsOf("forward"), inputGradients[0] ? bandsOf("backward") : null];
  const learned = [...parameters.values()].some(({ trained }) => trained);
  const kept = [output.region, gradient?.[0].region, ...Object.values(buffers).map(([{ region }]) => region)];
  return {
    layers,
    output,
    extent,
    gradient: !learned ? null : main.layer.synchronous || context.partial ? "groups" : "owners",
    bands: { ...(forward !== null && { forward }), ...(backward !== null && { backward }) },
    keptBytes: kept.reduce((sum, region) => sum + (region?.rowBytes ? region.bytes : 0), 0),
  };
}
