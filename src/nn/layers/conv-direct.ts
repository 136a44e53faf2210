/** Convolution by the definition: one chain of multiply-adds for every sum. */
import { convUpdateWorkspace } from "../../kernels/conv-workspace.js";
import type { ConvAlgorithm } from "./conv-algorithm.js";
import { unitCount, unitWidths } from "./conv-spec.js";

export const direct: ConvAlgorithm = {
  suits: () => true,

  // An owner that finishes in one go makes a unit's gradient here.
  buffers: ({ kernelHeight, kernelWidth }, { training, partial, lanes }) =>
    training && !partial
      ? { unit: { scope: "rank", length: convUpdateWorkspace(kernelHeight, kernelWidth, lanes) } }
      : {},

  forward({ geometry, bias: b, x, y, argmax, activation, pool, parameter, emit }) {
    emit("conv", { x, w: parameter("weight").w, b, y, argmax, ...geometry, activation, pool: pool?.size ?? 0 });
  },

  gradient({ geometry, dz: dy, x, lanes, panelLanes, slices, parameter, emit }) {
    const { partials: g } = parameter("weight");
    if (!g) return;
    const products = geometry.outHeight * geometry.outWidth * geometry.kernelWidth;
    const panels = unitWidths(geometry, lanes, panelLanes);
    // In each panel, row by row of the kernel.
    const work = panels.flatMap((units) =>
      Array.from({ length: geometry.kernelHeight }, () =>
        units.map(({ channels, filters }) => products * channels * filters),
      ).flat(),
    );
    emit("convWeightGradient", { x, dy, g, ...geometry, slices: slices(work) });
  },

  backward({ geometry, dz: dy, dx, x, inputActivation: activation, parameter, emit }) {
    const { wt } = parameter("weight");
    if (dx) emit("convInputGradient", { dy, wt, dx, y: x, ...geometry, activation });
  },

  update({ geometry, dz: dy, x, groups, units: share, parameter, buffer, emit, owned, lanes, panelLanes }) {
    const weight = parameter("weight");
    const { w, wt, g, partials, state, optimizer } = weight;
    const { outHeight, outWidth } = geometry;
    // An owner goes over all samples; sums of groups are there already.
    const units = partials ? share : owned(weight, unitCount(geometry, lanes, panelLanes), outHeight * outWidth);
    const from = partials
      ? { g: partials, groups, workspace: null }
      : { g: g && { region: g, ld: 0 }, groups: 0, workspace: buffer("unit") };
    emit("convUpdate", { x, dy, ...from, w, wt, u: null, ut: null, state, ...geometry, units, optimizer });
  },

  renew({ geometry, units, parameter, emit }) {
    const { w, wt, partials } = parameter("weight");
    const { kernelHeight, kernelWidth, channels, filters } = geometry;
    if (wt && !partials) emit("convCopyUpdate", { w, wt, taps: kernelHeight * kernelWidth, channels, filters, units });
  },
};
