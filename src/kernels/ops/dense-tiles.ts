import { panelsOf } from "../panels.js";
import { forward, inputGradient } from "./dense.js";
import { operation, type Range, type Step } from "./operation.js";
import { lanesOf, type Part } from "./plain.js";

interface TileRange {
  readonly bands: number;
  readonly pieces: number;
  readonly tiles: Range;
}

/** These tiles of a product of `columns` columns. */
function partsOf(
  { bands, pieces, tiles: [first, last] }: TileRange,
  columns: number,
  lanes: number,
  rows: number,
): Part[] {
  const panels = panelsOf(1, columns, lanes);
  const edge = (from: number, to: number, of: number, parts: number): number =>
    from + Math.floor(((to - from) * of) / parts);
  return Array.from({ length: last - first }, (_, i) => {
    const [piece, panel] = [(first + i) % pieces, Math.floor((first + i) / pieces)];
    const { column, width } = panels[panel % panels.length];
    const band = Math.floor(panel / panels.length);
    const [top, bottom] = [edge(0, rows, band, bands), edge(0, rows, band + 1, bands)];
    return {
      rows: [edge(top, bottom, piece, pieces), edge(top, bottom, piece + 1, pieces)],
      columns: [column, column + width],
    };
  });
}

/**
 * Products that ranks divide in tiles, some rows of the chunk times a panel of columns. The chunk's rows lie in `bands`, those of
 * a band in `pieces`; tiles are numbered band by band, in a band panel by panel.
 */
export const denseTiles = {
  /** The rank's tiles of what `dense` makes. */
  denseTiles: operation({
    signature: "x[] w* b*? y[] k n activation() bands pieces tiles..",
    native: "dense/tiles.h",
    cut: "tiles",
    twin(values, { chunk }: Step) {
      for (const part of partsOf(values, values.n, lanesOf(values.w), chunk)) forward(values, part);
    },
  }),

  /** The rank's tiles of what `denseInputGradient` makes. */
  denseInputGradientTiles: operation({
    signature: "dy[] wt* dx[] y[]? k n activation() bands pieces tiles..",
    native: "dense/tiles.h",
    cut: "tiles",
    twin(values, { chunk }: Step) {
      for (const part of partsOf(values, values.k, lanesOf(values.wt), chunk)) inputGradient(values, part);
    },
  }),
};
