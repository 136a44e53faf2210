/** Convolution by the definition: one chain of multiply-adds for every sum. */
import { convUpdateWorkspace } from "../../kernels/conv-workspace.js";
import { elementwiseNames } from "../../kernels/operations.js";
import type { ConvAlgorithm } from "./conv-algorithm.js";

export const direct: ConvAlgorithm = {
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
