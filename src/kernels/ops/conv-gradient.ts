import type { Range } from "../signature.js";
import { type ConvGeometry, kernelOf, sizes, tapsOf } from "./conv-geometry.js";
import { operation, type Real } from "./operation.js";
import { updateOf, updatePart } from "./optimizer.js";
import { imageOf, lanesOf, matrix, ownUnits, pack, transpose, unitsOf, unpack } from "./plain.js";
import { transformFilters } from "./winograd-filters.js";

/** dw[ky][kx][c][f] += the sum over pixels of dy[i][j][f] x[i s + ky - p][j s + kx - p][c], of some channels and filters. */
function addWeightGradient(
  dw: Real[][][],
  x: Real[][],
  dy: Real[][],
  g: ConvGeometry,
  [firstChannel, lastChannel]: Range = [0, g.channels],
  [firstFilter, lastFilter]: Range = [0, g.filters],
): void {
  for (const [i, row] of dy.entries()) {
    for (const [j, delta] of row.entries()) {
      for (let ky = 0; ky < g.kernelHeight; ky++) {
        for (let kx = 0; kx < g.kernelWidth; kx++) {
          const pixel = x[i * g.strideHeight + ky - g.padTop]?.[j * g.strideWidth + kx - g.padLeft];
          if (!pixel) continue;
          for (let c = firstChannel; c < lastChannel; c++) {
            const sums = dw[ky][kx][c - firstChannel];
            for (let f = firstFilter; f < lastFilter; f++) sums[f - firstFilter] += pixel[c] * delta[f];
          }
        }
      }
    }
  }
}

/** ((g₀ + g₁) + (g₂ + g₃)) + …: the sum of the groups' parts, rows by rows. */
function sumGroups(parts: readonly (readonly Real[])[]): readonly Real[] {
  if (parts.length === 1) return parts[0];
  const pairs = Array.from({ length: parts.length / 2 }, (_, i) =>
    parts[2 * i].map((row, at) => row.map((value, j) => value + parts[2 * i + 1][at][j]) as Real),
  );
  return sumGroups(pairs);
}

/** x [rows][height][width][channels], dy [rows][outHeight][outWidth][filters]; w and its gradients as `conv` has them. */
export const convGradient = {
  /**
   * dw of the group += this block's x dyᵀ, of some slices; it starts from zero where the group does. Slices are units as those of `convUpdate`, of one row of the
   * kernel each, row by row within a panel.
   */
  convWeightGradient: operation({
    signature: `x[] dy[] g[] ${sizes} slices..`,
    native: "conv/gradient.h",
    cut: "groups",
    twin({ x, dy, g: partials, slices, ...g }, { first, rows, group, start }) {
      const packed = partials.row(group);
      const all = unitsOf(g.channels, g.filters, lanesOf(packed));
      const panel = Math.ceil(g.channels / lanesOf(packed));
      const ofPanel = panel * g.kernelHeight;
      const [from, to] = ownUnits(slices, group, all.length * g.kernelHeight);
      for (let slice = from; slice < to; slice++) {
        const unit = all[Math.floor(slice / ofPanel) * panel + (slice % panel)];
        const taps = tapsOf(unit, g);
        const ofRow = taps.slice(
          ...[0, 1].map((next) => (Math.floor((slice % ofPanel) / panel) + next) * g.kernelWidth),
        );
        const [depth, [top, bottom], [left, right]] = [taps.length * g.channels, unit.rows, unit.columns];
        const dw = taps.map((part) =>
          start ? matrix(packed, bottom - top, right - left) : unpack(packed, depth, g.filters, part),
        );
        for (let r = first; r < first + rows; r++) {
          const input = imageOf(x.row(r), g.height, g.width, g.channels);
          const delta = imageOf(dy.row(r), g.outHeight, g.outWidth, g.filters);
          addWeightGradient(kernelOf(dw.flat(), g), input, delta, g, unit.rows, [left, Math.min(right, g.filters)]);
        }
        for (const part of ofRow) pack(dw[taps.indexOf(part)], packed, depth, g.filters, part.rows[0], left);
      }
    },
  }),

  /**
   * dw from the groups' partial gradients, or over all samples of the chunk where there are none, and the update of w and of
   * the copies that follow from it, for the units of this rank: as many channels as a vector has lanes, with all their taps,
   * in one panel of filters.
   */
  convUpdate: operation({
    signature: `x[] dy[] g[]? groups w* wt*? u*? ut*? state+ workspace*? ${sizes} units.. optimizer`,
    native: "conv/update.h",
    cut: "units",
    twin(values, { chunk, start, finish, hyperparameters }) {
      const { x, dy, g: partials, groups, w, wt, u, ut, units, channels, filters, ...rest } = values;
      const g = { channels, filters, ...rest };
      const stored = groups === 0 ? partials?.row(0) : undefined;
      for (const unit of unitsOf(channels, filters, lanesOf(w)).slice(...units)) {
        const taps = tapsOf(unit, g);
        const [depth, [top, bottom], [left, right]] = [taps.length * channels, unit.rows, unit.columns];
        const dw = taps.map((part): readonly Real[] => {
          if (groups > 0) {
            return sumGroups(Array.from({ length: groups }, (_, k) => unpack(partials!.row(k), depth, filters, part)));
          }
          return stored && !start ? unpack(stored, depth, filters, part) : matrix(w, bottom - top, right - left);
        });
        for (let r = 0; groups === 0 && r < chunk; r++) {
          const input = imageOf(x.row(r), g.height, g.width, channels);
          const delta = imageOf(dy.row(r), g.outHeight, g.outWidth, filters);
          addWeightGradient(kernelOf(dw.flat(), g), input, delta, g, unit.rows, [left, Math.min(right, filters)]);
        }
        for (const [tap, { rows }] of taps.entries()) if (stored) pack(dw[tap], stored, depth, filters, rows[0], left);
        if (!finish) continue;
        for (const [tap, part] of taps.entries()) {
          const weights = updatePart(values, depth, filters, part, dw[tap], hyperparameters);
          const row = (taps.length - 1 - tap) * filters + left;
          if (wt) pack(transpose(weights).slice(0, filters - left), wt, taps.length * filters, channels, row, top);
        }
        if (u || ut) transformFilters(w, channels, filters, u, ut, unit);
      }
    },
  }),

  /** wt = the turned copy of w, for the units of this rank, where w was updated elsewhere in this step. */
  convCopyUpdate: operation({
    signature: "w* wt* taps channels filters units..",
    native: "conv/update.h",
    cut: "units",
    twin({ w, wt, taps: count, channels, filters, units }, { finish }) {
      if (!finish) return;
      for (const unit of unitsOf(channels, filters, lanesOf(w)).slice(...units)) {
        const taps = tapsOf(unit, { kernelHeight: count, kernelWidth: 1, channels });
        const [[top], [left]] = [unit.rows, unit.columns];
        for (const [tap, part] of taps.entries()) {
          const weights = transpose(unpack(w, count * channels, filters, part)).slice(0, filters - left);
          pack(weights, wt, count * filters, channels, (count - 1 - tap) * filters + left, top);
        }
      }
    },
  }),

  /** db of the group += the sum of dy over this block's pixels: of each sample in four sums in turn, then folded. Pieces are vectors. */
  biasGradient: operation({
    signature: "dy[] g[] pixels channels slices..",
    native: "conv/gradient.h",
    cut: "groups",
    twin({ dy, g, pixels, channels: all, slices }, { first, rows, group, start }) {
      const db = g.row(group);
      const [from, to] = ownUnits(slices, group, Math.ceil(all / lanesOf(db))).map((vector) => vector * lanesOf(db));
      const channels = Math.min(to, all);
      if (start) db.fill(0, from, to);
      for (let r = first; r < first + rows; r++) {
        const sums = matrix(db, 4, channels);
        for (const [p, pixel] of imageOf(dy.row(r), 1, pixels, all)[0].entries()) {
          for (let c = from; c < channels; c++) sums[p % 4][c] += pixel[c];
        }
        for (let c = from; c < channels; c++) db[c] += sums[0][c] + sums[1][c] + (sums[2][c] + sums[3][c]);
      }
    },
  }),

  /** The sum of the groups' partial gradients and the update of b, for the vectors of this rank. */
  vectorUpdate: operation({
    signature: "g[] groups b* state+ vectors.. optimizer",
    native: "conv/update.h",
    cut: "units",
    twin({ g, groups, b, state, vectors, optimizer }, { finish, hyperparameters }) {
      if (!finish) return;
      const [from, to] = vectors.map((vector) => vector * lanesOf(b));
      const part = (view: Real): Real => view.subarray(from, to);
      const [db] = sumGroups(Array.from({ length: groups }, (_, k) => [part(g.row(k))]));
      updateOf(optimizer, hyperparameters, b)(part(b), db, state.map(part));
    },
  }),
};
