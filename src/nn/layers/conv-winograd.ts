/**
 * Convolution by Winograd's F(4x4, 3x3): a tile of 4x4 outputs takes 36 products per pair of channels where the definition
 * takes 144. Lavin and Gray 2016, "Fast algorithms for convolutional neural networks"; the points are 0, +-3/4, +-3/2 and
 * infinity. It rounds otherwise than the definition does (relative error about 1.4e-6 against 0.6e-6 in f32), and the same on
 * any number of ranks and any instruction set.
 */

import type { ConvGeometry } from "../../kernels/ops/conv-geometry.js";
import {
  gradientWorkspace,
  productWorkspace,
  sumLength,
  transformedLength,
  updateWorkspace,
  winogradPoints,
} from "../../kernels/winograd.js";
import type { BufferContext } from "../lowering.js";
import type { ConvAlgorithm } from "./conv-algorithm.js";
import { unitWidths } from "./conv-spec.js";

/** Fewer products than this part of the definition's do not pay for the transforms. */
const leastGain = 1.6;
const leastChannels = 16;
/** With its transforms a product takes about so many times as long. */
const transforms = 2;

/** Output positions of one axis times the taps that fall inside the image. */
const tapsInside = (n: number, out: number, pad: number): number => {
  let taps = 0;
  for (let o = 0; o < out; o++) for (let k = 0; k < 3; k++) if (o + k - pad >= 0 && o + k - pad < n) taps++;
  return taps;
};

function suits(g: ConvGeometry, { exact, pool }: BufferContext): boolean {
  const sized = g.kernelHeight === 3 && g.kernelWidth === 3 && g.strideHeight === 1 && g.strideWidth === 1;
  if (exact || !sized || (pool && pool.size !== 2)) return false;
  if (Math.min(g.channels, g.filters) < leastChannels) return false;
  const products = tapsInside(g.height, g.outHeight, g.padTop) * tapsInside(g.width, g.outWidth, g.padLeft);
  // Forward and the gradient by weights go over tiles of the output, the gradient by data over tiles of the input.
  const tilesOf = (height: number, width: number): number => Math.ceil(height / 4) * Math.ceil(width / 4);
  const tiles = 2 * tilesOf(g.outHeight, g.outWidth) + tilesOf(g.height, g.width);
  return 3 * products >= leastGain * 36 * tiles;
}

export const winograd: ConvAlgorithm = {
  suits,
  ownCopies: true,

  buffers({ channels, filters }, { training, partial, chunked, wantsInputGradient, lanes }) {
    const workspaces = [
      productWorkspace(channels, filters, lanes),
      ...(wantsInputGradient ? [productWorkspace(filters, channels, lanes)] : []),
      ...(training && partial ? [gradientWorkspace(channels, filters, lanes)] : []),
      ...(training && !partial ? [updateWorkspace(channels, filters, lanes)] : []),
    ];
    const sum = sumLength(channels, filters, lanes);
    return {
      u: { scope: "shared", length: transformedLength(channels, filters, lanes) },
      ...(wantsInputGradient && { ut: { scope: "shared", length: transformedLength(filters, channels, lanes) } }),
      // A group's sum ends with its last block, or goes on in the next chunk.
      ...(training && partial && { sum: { scope: chunked ? "group" : "kept", length: sum } }),
      ...(training && !partial && chunked && { sum: { scope: "shared", length: sum } }),
      workspace: { scope: "rank", length: Math.max(...workspaces) },
    };
  },

  prepare({ geometry: { channels, filters }, wantsInputGradient, parameter, buffer, emit }) {
    const ut = wantsInputGradient ? buffer("ut") : null;
    emit("winogradFilters", { w: parameter("weight").w, u: buffer("u"), ut, channels, filters });
  },

  forward({ geometry, bias: b, x, y, argmax, activation, pool, buffer, emit }) {
    const [u, workspace] = [buffer("u"), buffer("workspace")];
    emit("winograd", { x, u, b, y, argmax, workspace, ...geometry, activation, pool: pool?.size ?? 0 });
  },

  gradient({ geometry, dz: dy, x, chunked, lanes, panelLanes, slices, parameter, buffer, emit }) {
    const [workspace, { partials: g }] = [buffer("workspace"), parameter("weight")];
    if (!g) return;
    // One sum of a rank's own serves group after group, unless each goes on in the next chunk.
    const accumulator = { ...buffer("sum"), ...(!chunked && { ld: 0 }) };
    const products = winogradPoints * Math.ceil(geometry.outHeight / 4) * Math.ceil(geometry.outWidth / 4);
    const units = unitWidths(geometry, lanes, panelLanes).flat();
    const work = units.map(({ filters }) => transforms * products * lanes * filters);
    emit("winogradWeightGradient", { x, dy, g, accumulator, workspace, ...geometry, slices: slices(work) });
  },

  backward({ geometry, dz: dy, x, dx, inputActivation: activation, buffer, emit }) {
    const workspace = buffer("workspace");
    if (dx) emit("winogradInputGradient", { dy, ut: buffer("ut"), dx, y: x, workspace, ...geometry, activation });
  },

  update({ geometry, dz: dy, x, groups, chunked, units, wantsInputGradient, parameter, buffer, emit }) {
    const { w, partials: g, state, optimizer } = parameter("weight");
    const [u, ut] = [buffer("u"), wantsInputGradient ? buffer("ut") : null];
    const common = { x, dy, w, u, ut, state, ...geometry, units, optimizer };
    if (g) emit("convUpdate", { ...common, g, groups, wt: null, workspace: null });
    else emit("winogradUpdate", { ...common, g: chunked ? buffer("sum") : null, workspace: buffer("workspace") });
  },
};
