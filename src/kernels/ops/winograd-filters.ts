/** The transformed filters of Winograd's F(4x4, 3x3), to the bit as `native/winograd/filters.h` makes them. */
import { winogradPoints } from "../winograd.js";
import { tapsOf } from "./conv-geometry.js";
import { operation, type Real } from "./operation.js";
import { matrix, type Part, pack, roundingOf, transpose, unpack } from "./plain.js";

/** The finite points that are not 0, ± each; what G divides by at 0, p and q (`transform.h`). */
export const [p, q] = [0.75, 1.5];
const [pp, qq] = [p * p, q * q];
const [ofZero, ofP, ofQ] = [1 / (pp * qq), 1 / (2 * pp * (pp - qq)), 1 / (2 * qq * (qq - pp))];

/** G g, rounded after every product and sum, as the addon rounds. */
function transform(g: readonly number[], round: (value: number) => number): number[] {
  const [zero, squareP, squareQ] = [ofZero, pp, qq].map(round);
  const even = (scale: number, square: number) => round(round(scale) * round(g[0] + round(square * g[2])));
  const odd = (scale: number) => round(round(scale) * g[1]);
  const [near, nearOdd, far, farOdd] = [even(ofP, squareP), odd(p * ofP), even(ofQ, squareQ), odd(q * ofQ)];
  return [
    round(zero * g[0]),
    round(near + nearOdd),
    round(near - nearOdd),
    round(far + farOdd),
    round(far - farOdd),
    g[2],
  ];
}

/** G g Gᵀ of nine taps: down the columns, then along the rows. */
export function transformTaps(taps: readonly number[], round: (value: number) => number): number[] {
  const down = [0, 1, 2].map((x) => transform([taps[x], taps[3 + x], taps[6 + x]], round));
  return [0, 1, 2, 3, 4, 5].flatMap((i) => transform([down[0][i], down[1][i], down[2][i]], round));
}

const kernel3x3 = { kernelHeight: 3, kernelWidth: 3 };

/** [point][channel][filter] of [tap][channel][filter]. */
function transformKernel(taps: readonly Real[][]): Real[][] {
  const [channels, filters] = [taps[0].length, taps[0][0].length];
  const round = roundingOf(taps[0][0]);
  const points = Array.from({ length: winogradPoints }, () => matrix(taps[0][0], channels, filters));
  for (let c = 0; c < channels; c++) {
    for (let f = 0; f < filters; f++) {
      const values = transformTaps(
        taps.map((tap) => tap[c][f]),
        round,
      );
      for (const [point, value] of values.entries()) points[point][c][f] = value;
    }
  }
  return points;
}

/**
 * Writes u = G w Gᵀ of packed 3x3 filters w [tap][channel][filter], and ut, the same with filters as rows; either may be absent.
 * Of all filters, or of some channels and filters.
 */
export function transformFilters(
  w: Real,
  channels: number,
  filters: number,
  u: Real | null,
  ut: Real | null,
  { rows, columns: [left, right] }: Part = { rows: [0, channels], columns: [0, filters] },
): void {
  const part: Part = { rows, columns: [left, Math.min(right, filters)] };
  const taps = tapsOf(part, { ...kernel3x3, channels }).map((tap) => unpack(w, 9 * channels, filters, tap));
  for (const [point, matrixOf] of transformKernel(taps).entries()) {
    if (u) pack(matrixOf, u, winogradPoints * channels, filters, point * channels + rows[0], left);
    if (ut) pack(transpose(matrixOf), ut, winogradPoints * filters, channels, point * filters + left, rows[0]);
  }
}

export const winogradFilters = {
  /** Both transformed copies of all filters: u [point][channels][filters], ut [point][filters][channels], packed. */
  winogradFilters: operation({
    signature: "w* u*? ut*? channels filters",
    native: "winograd/filters.h",
    cut: "whole",
    twin({ w, u, ut, channels, filters }) {
      // Columns of padding are zero.
      u?.fill(0);
      ut?.fill(0);
      transformFilters(w, channels, filters, u, ut);
    },
  }),
};
