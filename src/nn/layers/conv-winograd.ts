/**
 * Convolution by Winograd's F(4x4, 3x3): a tile of 4x4 outputs takes 36 products per pair of channels where the definition
 * takes 144. Lavin and Gray 2016, "Fast algorithms for convolutional neural networks"; the points are 0, +-3/4, +-3/2 and
 * infinity. It rounds otherwise than the definition does (relative error about 1.4e-6 against 0.6e-6 in f32), and the same on
 * any number of ranks and any instruction set.
 */
import type { BufferContext } from "../../engine/lowering.js";
import { type ConvGeometry, elementwiseNames } from "../../kernels/operations.js";
import {
  gradientWorkspace,
  productWorkspace,
  sumLength,
  transformedLength,
  updateWorkspace,
} from "../../kernels/winograd.js";
import type { ConvAlgorithm } from "./conv-algorithm.js";

/** Fewer products than this part of the definition's do not pay for the transforms. */
const leastGain = 1.6;
const leastChannels = 16;

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
    emit("winogradFilters", {
      w: parameter("weight").w,
      u: buffer("u").region,
      ut: wantsInputGradient ? buffer("ut").region : null,
      channels,
      filters,
    });
  },

  forward({ geometry, bias, x, y, above, pool, training, buffer, emit }) {
    const winners = pool && training ? buffer("winners") : null;
    emit("winograd", {
      x: x.region,
      ldx: x.ld,
      u: buffer("u").region,
      b: bias,
      y: y.region,
      ldy: y.ld,
      winners: winners && winners.region,
      ldw: winners ? winners.rowLength : 0,
      workspace: buffer("workspace").region,
      ...geometry,
      function: elementwiseNames.indexOf(above.name),
      slope: above.slope,
      pool: pool?.size ?? 0,
    });
  },

  backward({ geometry, dz, x, dx, below, chunked, parameter, buffer, emit }) {
    const workspace = buffer("workspace").region;
    const dy = { dy: dz.region, lddy: dz.ld };
    const { partials } = parameter("weight");
    if (partials) {
      const { region: g, stride } = partials;
      const sum = buffer("sum");
      emit("winogradGradient", {
        x: x.region,
        ldx: x.ld,
        ...dy,
        g,
        stride,
        accumulator: sum.region,
        accumulatorStride: chunked ? sum.rowLength : 0,
        workspace,
        ...geometry,
      });
    }
    if (!dx) return;
    emit("winogradBackward", {
      ...dy,
      ut: buffer("ut").region,
      dx: dx.region,
      lddx: dx.ld,
      y: x.region,
      ldy: x.ld,
      workspace,
      ...geometry,
      function: elementwiseNames.indexOf(below.name),
      slope: below.slope,
    });
  },

  update({
    geometry,
    dz,
    x,
    groups,
    chunked,
    lanes,
    panelLanes,
    share,
    optimizer,
    wantsInputGradient,
    parameter,
    ...l
  }) {
    const { w, partials, state } = parameter("weight");
    const [firstUnit, lastUnit] = share(
      Math.ceil(geometry.filters / panelLanes) * Math.ceil(geometry.channels / lanes),
    );
    const common = {
      x: x.region,
      ldx: x.ld,
      dy: dz.region,
      lddy: dz.ld,
      w,
      u: l.buffer("u").region,
      ut: wantsInputGradient ? l.buffer("ut").region : null,
      s: state[0] ?? null,
      t: state[1] ?? null,
      ...geometry,
      firstUnit,
      lastUnit,
      optimizer,
    };
    if (partials) {
      const { region: g, stride } = partials;
      l.emit("convUpdate", { ...common, g, stride, groups, wt: null, workspace: null });
    } else {
      const g = chunked ? l.buffer("sum").region : null;
      l.emit("winogradUpdate", { ...common, g, workspace: l.buffer("workspace").region });
    }
  },
};
