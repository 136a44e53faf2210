/**
 * Convolution by Winograd's F(4x4, 3x3): a tile of 4x4 outputs takes 36 products per pair of channels where the definition
 * takes 144. Lavin and Gray 2016, "Fast algorithms for convolutional neural networks"; the points are 0, +-3/4, +-3/2 and
 * infinity. It rounds otherwise than the definition does (relative error about 1.4e-6 against 0.6e-6 in f32), and the same on
 * any number of ranks and any instruction set.
 */

import { identity } from "../../kernels/activations/index.js";
import type { ConvGeometry } from "../../kernels/ops/conv-geometry.js";
import {
  gradientWorkspace,
  inputGradientWorkspace,
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

/** Tiles of 4x4 outputs; of pooled ones, those in whole windows. */
function tilesOf({ outHeight, outWidth }: ConvGeometry, pool: BufferContext["pool"]): number {
  const [down, across] = [outHeight, outWidth].map((n) => Math.ceil((pool ? n - (n % pool.size) : n) / 4));
  return down * across;
}

function suits(g: ConvGeometry, { exact, pool }: BufferContext): boolean {
  const sized = g.kernelHeight === 3 && g.kernelWidth === 3 && g.strideHeight === 1 && g.strideWidth === 1;
  if (exact || !sized || (pool && pool.size !== 2)) return false;
  if (Math.min(g.channels, g.filters) < leastChannels) return false;
  const products = tapsInside(g.height, g.outHeight, g.padTop) * tapsInside(g.width, g.outWidth, g.padLeft);
  return products >= leastGain * 36 * tilesOf(g, pool);
}

const sizeOf = (pool: BufferContext["pool"]): number => pool?.size ?? 0;

export const winograd: ConvAlgorithm = {
  suits,
  ownCopies: true,

  buffers({ channels, filters }, { training, partial, chunked, wantsInputGradient, lanes }) {
    const workspaces = [
      productWorkspace(channels, filters, lanes),
      ...(wantsInputGradient ? [inputGradientWorkspace(channels, filters, lanes)] : []),
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
    emit("winograd", { x, u, b, y, argmax, workspace, ...geometry, activation, pool: sizeOf(pool) });
  },

  gradient({ geometry, dz: dy, x, pool, chunked, lanes, panelLanes, slices, parameter, buffer, emit }) {
    const [workspace, { partials: g }] = [buffer("workspace"), parameter("weight")];
    if (!g) return;
    // One sum of a rank's own serves group after group, unless each goes on in the next chunk.
    const accumulator = { ...buffer("sum"), ...(!chunked && { ld: 0 }) };
    const products = winogradPoints * tilesOf(geometry, pool);
    const units = unitWidths(geometry, lanes, panelLanes).flat();
    const work = units.map(({ filters }) => transforms * products * lanes * filters);
    const own = slices(work);
    emit("winogradWeightGradient", { x, dy, g, accumulator, workspace, ...geometry, pool: sizeOf(pool), slices: own });
  },

  backward({ geometry, dz: dy, x, dx, pool, inputActivation: activation, buffer, emit }) {
    if (!dx) return;
    const y = activation.name === identity.name ? null : x;
    const common = { ut: buffer("ut"), workspace: buffer("workspace"), ...geometry, pool: sizeOf(pool) };
    emit("winogradInputGradient", { dy, dx, y, ...common, activation });
  },

  update({ geometry, dz: dy, x, pool, groups, chunked, units, wantsInputGradient, parameter, buffer, emit }) {
    const { w, partials: g, state, optimizer } = parameter("weight");
    const [u, ut] = [buffer("u"), wantsInputGradient ? buffer("ut") : null];
    const common = { x, dy, w, u, ut, state, ...geometry, units, optimizer };
    if (g) emit("convUpdate", { ...common, g, groups, wt: null, workspace: null });
    else {
      const [sum, workspace] = [chunked ? buffer("sum") : null, buffer("workspace")];
      emit("winogradUpdate", { ...common, g: sum, workspace, pool: sizeOf(pool) });
    }
  },
};
