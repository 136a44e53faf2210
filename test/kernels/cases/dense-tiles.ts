/** The products of `dense.ts` in tiles: of one band and of several, more pieces than rows among them. */
import type { OperationName } from "../../../src/kernels/ops/index.js";
import type { Format } from "../lab.js";
import { call } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { dense, denseInputGradient } from "./dense.js";

const cuts = [
  { bands: 1, pieces: 1 },
  { bands: 1, pieces: 3 },
  { bands: 2, pieces: 4 },
  { bands: 3, pieces: 1 },
];

const inTiles =
  (operation: OperationName, of: Cases, columns: "k" | "n"): Cases =>
  (format: Format) =>
    of(format).map((one, i): Case => {
      const { bands, pieces } = cuts[i % cuts.length];
      const { values } = one.call;
      const panels = Math.ceil((values[columns] as number) / (3 * format.lanes));
      const given = { ...values, bands, pieces, tiles: [0, bands * panels * pieces] };
      const title = `${one.title}, ${bands} bands of ${pieces} pieces`;
      // All rows are the chunk's: the rank has none of its own.
      const step = { ...one.step, first: 0, rows: 0 };
      return { ...one, title, step, call: call(operation, given as never) };
    });

export const denseTiles = inTiles("denseTiles", dense, "n");
export const denseInputGradientTiles = inTiles("denseInputGradientTiles", denseInputGradient, "k");
