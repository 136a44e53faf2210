/**
 * Winograd's F(4x4, 3x3) as `native/winograd/` computes it: the sizes of its buffers, and the transformed filters of given
 * weights. All lengths are in numbers of the run's format; `lanes` are those of a vector.
 */
import { panelVectors } from "./backend.js";
import type { Panel, Real } from "./reference/contract.js";
import { padded, panelsOf, roundingOf } from "./reference/contract.js";

/** Points of a tile, 6x6 inputs, as many products a pair of channels, 4x4 outputs. */
export const winogradPoints = 36;
/** Tiles at a time: `winograd_tiles` in `native/winograd/tiles.h`. */
const tilesAtOnce = 48;
/** Units of a panel whose inputs are transformed together: `winograd_group_units` in `native/winograd/gradient.h`. */
const groupUnits = 8;

/** The finite points that are not 0, ± each; what G divides by at 0, p and q (`transform.h`). */
export const [p, q] = [0.75, 1.5];
const [pp, qq] = [p * p, q * q];
const [ofZero, ofP, ofQ] = [1 / (pp * qq), 1 / (2 * pp * (pp - qq)), 1 / (2 * qq * (qq - pp))];

/** Transformed filters: u from channels to filters, ut from filters to channels. */
export const transformedLength = (from: number, to: number, lanes: number): number =>
  winogradPoints * from * padded(to, lanes);

const panelColumns = (n: number, lanes: number) => Math.min(panelVectors * lanes, padded(n, lanes));
const planes = (columns: number, lanes: number) => winogradPoints * (tilesAtOnce * columns + lanes);

/** Workspace of `winograd`; of `winogradBackward` with `from` the filters and `to` the channels. */
export const productWorkspace = (from: number, to: number, lanes: number): number =>
  padded(from, lanes) + planes(padded(from, lanes), lanes) + planes(panelColumns(to, lanes), lanes);

/** `accumulator` of `winogradGradient`, and `g` of `winogradUpdate`. */
export const sumLength = (channels: number, filters: number, lanes: number): number =>
  winogradPoints * padded(channels, lanes) * padded(filters, lanes);

/** Workspace of `winogradGradient`. */
export const gradientWorkspace = (channels: number, filters: number, lanes: number): number =>
  padded(Math.max(channels, filters), lanes) + planes(groupUnits * lanes, lanes) + planes(panelVectors * lanes, lanes);

/** Workspace of `winogradUpdate` without `g`, whatever its units. */
export const updateWorkspace = (channels: number, filters: number, lanes: number): number =>
  gradientWorkspace(channels, filters, lanes) + winogradPoints * groupUnits * lanes * padded(filters, lanes);

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

/** Some of the filters of a convolution: columns [column, column + width) and channels [row, row + rows). */
export interface FilterRange {
  readonly column: number;
  readonly width: number;
  readonly row: number;
  readonly rows: number;
}

/**
 * Writes u = G w Gᵀ of packed 3x3 filters w [tap][channel][filters], and ut, the same of the filters turned by 180 degrees with
 * filters as rows, to the bit as the addon does; either may be empty: absent. Of all filters, or of a range of them.
 */
export function transformFilters(
  w: Real,
  channels: number,
  filters: number,
  lanes: number,
  u: Real,
  ut: Real,
  range: FilterRange = { column: 0, width: filters, row: 0, rows: channels },
): void {
  const round = roundingOf(w);
  const panelWidth = panelVectors * lanes;
  const ofWeights = panelsOf(9 * channels, filters, lanes);
  const ofFilters = panelsOf(winogradPoints * channels, filters, lanes);
  const ofTurned = panelsOf(winogradPoints * filters, channels, lanes);
  for (let filter = range.column; filter < Math.min(range.column + range.width, filters); filter++) {
    const from = ofWeights[Math.floor(filter / panelWidth)];
    const to = ofFilters[Math.floor(filter / panelWidth)];
    for (let channel = range.row; channel < range.row + range.rows; channel++) {
      const at = from.at + channel * from.width + (filter - from.column);
      const taps = Array.from({ length: 9 }, (_, tap) => w[at + tap * channels * from.width]);
      if (u.length > 0) write(u, transformTaps(taps, round), channels, channel, to, filter);
      if (ut.length === 0) continue;
      const turned = ofTurned[Math.floor(channel / panelWidth)];
      write(ut, transformTaps(taps.reverse(), round), filters, filter, turned, channel);
    }
  }
}

/** G g Gᵀ of nine taps: down the columns, then along the rows. */
export function transformTaps(taps: readonly number[], round: (value: number) => number): number[] {
  const down = [0, 1, 2].map((x) => transform([taps[x], taps[3 + x], taps[6 + x]], round));
  return [0, 1, 2, 3, 4, 5].flatMap((i) => transform([down[0][i], down[1][i], down[2][i]], round));
}

/** Writes the points of row (of `rows`) and column into a panel of transformed filters. */
function write(out: Real, points: readonly number[], rows: number, row: number, panel: Panel, column: number): void {
  const at = panel.at + row * panel.width + (column - panel.column);
  for (let point = 0; point < winogradPoints; point++) out[at + point * rows * panel.width] = points[point];
}
