/**
 * How a convolution is computed: which operations make its three passes, and what memory they want. The choice is a
 * function of the layer, the minibatch and the number format alone, never of the machine or the number of ranks.
 */
import type { BufferContext, BufferSpec, Lowering, Tensor } from "../../engine/lowering.js";
import { winograd } from "./conv-winograd.js";
import { convUpdateWorkspace } from "../../kernels/conv-workspace.js";
import { type ConvGeometry, elementwiseNames, type Region } from "../../kernels/operations.js";

/** What a convolution's passes see: the layer's buffers, and of its sums z before pooling, where dL/dz lies. */
export interface ConvLowering extends Lowering {
  readonly geometry: ConvGeometry;
  readonly bias: Region | null;
  readonly dz: Pick<Tensor, "region" | "ld">;
}

export interface ConvAlgorithm {
  readonly suits: (geometry: ConvGeometry, context: BufferContext) => boolean;
  buffers(geometry: ConvGeometry, context: BufferContext): Readonly<Record<string, BufferSpec>>;
  /** Copies that follow from weights that were set. */
  readonly prepare?: (lowering: ConvLowering) => void;
  /** y = pool(f(b + x * w)). */
  forward(lowering: ConvLowering): void;
  /** This block's part of the weight's gradient, where that is summed in groups, and dL/dx, where that is wanted. */
  backward(lowering: ConvLowering): void;
  /** The weight's gradient from its groups, or over the whole chunk, and the step of the optimizer. */
  update(lowering: ConvLowering): void;
}

/** By the definition: one chain of multiply-adds for every sum. */
const direct: ConvAlgorithm = {
  suits: () => true,

  // An owner that finishes in one go makes a unit's gradient here.
  buffers: ({ kernelHeight, kernelWidth }, { training, partial, lanes }) =>
    training && !partial
      ? { unit: { scope: "rank", length: convUpdateWorkspace(kernelHeight, kernelWidth, lanes) } }
      : {},

  forward({ geometry, bias, x, y, above, pool, training, parameter, buffer, emit }) {
    const winners = pool && training ? buffer("winners") : null;
    emit("conv", {
      x: x.region,
      ldx: x.ld,
      w: parameter("weight").w,
      b: bias,
      y: y.region,
      ldy: y.ld,
      winners: winners && winners.region,
      ldw: winners ? winners.rowLength : 0,
      ...geometry,
      function: elementwiseNames.indexOf(above.name),
      slope: above.slope,
      pool: pool?.size ?? 0,
    });
  },

  backward({ geometry, dz, x, dx, below, parameter, emit }) {
    const { wt, partials } = parameter("weight");
    if (partials) {
      const { region: g, stride } = partials;
      emit("convGradient", { x: x.region, ldx: x.ld, dy: dz.region, lddy: dz.ld, g, stride, ...geometry });
    }
    if (!dx) return;
    emit("convBackward", {
      dy: dz.region,
      lddy: dz.ld,
      wt,
      dx: dx.region,
      lddx: dx.ld,
      y: x.region,
      ldy: x.ld,
      ...geometry,
      function: elementwiseNames.indexOf(below.name),
      slope: below.slope,
    });
  },

  update({ geometry, dz, x, groups, lanes, panelLanes, share, optimizer, parameter, buffer, emit }) {
    const { w, wt, g, partials, state } = parameter("weight");
    const units = Math.ceil(geometry.filters / panelLanes) * Math.ceil(geometry.channels / lanes);
    const [firstUnit, lastUnit] = share(units);
    emit("convUpdate", {
      x: x.region,
      ldx: x.ld,
      dy: dz.region,
      lddy: dz.ld,
      g: partials ? partials.region : g,
      stride: partials ? partials.stride : 0,
      groups: partials ? groups : 0,
      w,
      wt,
      u: null,
      ut: null,
      s: state[0] ?? null,
      t: state[1] ?? null,
      workspace: partials ? null : buffer("unit").region,
      ...geometry,
      firstUnit,
      lastUnit,
      optimizer,
    });
  },
};

/** The first that suits is taken. */
const algorithms: readonly ConvAlgorithm[] = [winograd, direct];

export const algorithmOf = (geometry: ConvGeometry, context: BufferContext): ConvAlgorithm =>
  algorithms.find(({ suits }) => suits(geometry, context)) ?? direct;
