import { padded } from "../panels.js";
import { winogradPoints } from "../winograd.js";
import { type ConvGeometry, sizes, tapsOf } from "./conv-geometry.js";
import { operation, type Real, type Rows } from "./operation.js";
import { updatePart } from "./optimizer.js";
import { arrayLike, imageOf, lanesOf, matrix, ownUnits, type Part, pack, unitsOf } from "./plain.js";
import { transformFilters } from "./winograd-filters.js";
import {
  deltaTiles,
  filterMatrix,
  inputMatrix,
  outputMatrix,
  type Pooled,
  sandwich,
  transformSquare,
  transposed,
} from "./winograd-transform.js";

/** A unit's sum, [point][lane][filter], where it lies in `sum`: a unit has [point][lanes][columns], its panel's units one by one. */
function sumOf({ rows: [top], columns: [left, right] }: Part, channels: number, sum: Real): Real[][] {
  const [lanes, width] = [lanesOf(sum), right - left];
  const at = winogradPoints * (left * padded(channels, lanes) + top * width);
  return Array.from({ length: winogradPoints }, (_, point) =>
    Array.from({ length: lanes }, (_row, c) => {
      const row = at + (point * lanes + c) * width;
      return sum.subarray(row, row + width);
    }),
  );
}

interface Samples {
  readonly x: Rows<Real>;
  readonly dy: Rows<Real>;
}

/** Adds (Bᵀ x B) (A dy Aᵀ), tile by tile, of the samples [first, first + rows) to the sums of units. */
function addSamples(
  { x, dy }: Samples,
  g: ConvGeometry & Pooled,
  units: readonly Part[],
  sums: readonly Real[][][],
  first: number,
  rows: number,
): void {
  for (let r = first; r < first + rows; r++) {
    const input = imageOf(x.row(r), g.height, g.width, g.channels);
    const delta = imageOf(dy.row(r), g.outHeight, g.outWidth, g.filters);
    for (const [top, left] of deltaTiles(g)) {
      const v = transformSquare(inputMatrix, input, g.channels, top - g.padTop, left - g.padLeft);
      const d = transformSquare(transposed(outputMatrix), delta, g.filters, top, left);
      for (const [i, unit] of units.entries()) {
        for (let c = unit.rows[0]; c < unit.rows[1]; c++) {
          for (let f = unit.columns[0]; f < Math.min(unit.columns[1], g.filters); f++) {
            for (let k = 0; k < winogradPoints; k++) {
              sums[i][k][c - unit.rows[0]][f - unit.columns[0]] += v[c][k] * d[f][k];
            }
          }
        }
      }
    }
  }
}

/** dw [tap][channel][filter] = Gᵀ sum G, of a unit's channels. */
function gradientOf(sum: readonly Real[][], { rows: [top, bottom] }: Part): Real[][] {
  const [channels, filters] = [bottom - top, sum[0][0].length];
  const dw = Array.from({ length: 9 }, () => matrix(sum[0][0], channels, filters));
  for (let c = 0; c < channels; c++) {
    for (let f = 0; f < filters; f++) {
      const taps = sandwich(
        transposed(filterMatrix),
        sum.map((point) => point[c][f]),
      );
      for (const [tap, value] of taps.entries()) dw[tap][c][f] = value;
    }
  }
  return dw;
}

const startFromZero = (sums: readonly Real[][][]): void => {
  for (const row of sums.flat(2)) row.fill(0);
};

/** As `convWeightGradient` and `convUpdate`, of 3x3 kernels with stride 1. */
export const winogradGradient = {
  /** Adds a block of samples to its group's sum, of some slices, which are units; the group's last block writes its gradient. */
  winogradWeightGradient: operation({
    signature: `x[] dy[] g[] accumulator[] workspace* ${sizes} pool slices..`,
    native: "winograd/gradient.h",
    cut: "groups",
    twin({ x, dy, g: partials, accumulator, slices, ...g }, { first, rows, group, start, last }) {
      const [packed, sum] = [partials.row(group), accumulator.row(group)];
      const all = unitsOf(g.channels, g.filters, lanesOf(packed));
      const units = all.slice(...ownUnits(slices, group, all.length));
      const sums = units.map((unit) => sumOf(unit, g.channels, sum));
      if (start) startFromZero(sums);
      addSamples({ x, dy }, g, units, sums, first, rows);
      for (const [i, unit] of last ? units.entries() : []) {
        const dw = gradientOf(sums[i], unit);
        for (const [tap, part] of tapsOf(unit, g).entries()) {
          pack(dw[tap], packed, 9 * g.channels, g.filters, part.rows[0], part.columns[0]);
        }
      }
    },
  }),

  /** The gradient of this rank's units over all rows of the chunk, the update of w, and its transformed copies. */
  winogradUpdate: operation({
    signature: `x[] dy[] g*? w* u*? ut*? state+ workspace* ${sizes} pool units.. optimizer`,
    native: "winograd/update.h",
    cut: "units",
    twin(values, { chunk, start, finish, hyperparameters }) {
      const { x, dy, g: stored, w, u, ut, units: range, channels, filters } = values;
      const lanes = lanesOf(w);
      const units = unitsOf(channels, filters, lanes).slice(...range);
      const sum = stored ?? arrayLike(w, winogradPoints * padded(channels, lanes) * padded(filters, lanes));
      const sums = units.map((unit) => sumOf(unit, channels, sum));
      if (start) startFromZero(sums);
      addSamples({ x, dy }, values, units, sums, 0, chunk);
      for (const [i, unit] of finish ? units.entries() : []) {
        const dw = gradientOf(sums[i], unit);
        for (const [tap, part] of tapsOf(unit, values).entries()) {
          updatePart(values, 9 * channels, filters, part, dw[tap], hyperparameters);
        }
        transformFilters(w, channels, filters, u, ut, unit);
      }
    },
  }),
};
