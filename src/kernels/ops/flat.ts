/** What goes over the packed parameters as one row of numbers, where an update waits for the whole gradient. */

import { penalty } from "../layout.js";
import { panelsOf } from "../panels.js";
import { operation } from "./operation.js";
import { scalarsOf, updateOf } from "./optimizer.js";
import { lanesOf, pack, roundingOf, unpack } from "./plain.js";

/** Numbers of a block of `squareSum`, and the sums that it keeps. */
export const squareBlock = 1024;
export const squareSums = 8;

export const flat = {
  /** Moves the vectors of w by a gradient g that lies ready. */
  flatUpdate: operation({
    signature: "w* g* state+ vectors.. optimizer",
    native: "optimizer/flat.h",
    cut: "units",
    twin({ w, g, state, vectors, optimizer }, { hyperparameters }) {
      const [from, to] = vectors.map((vector) => vector * lanesOf(w));
      const [weights, gradient, ...states] = [w, g, ...state].map((view) => view.subarray(from, to));
      updateOf(optimizer, hyperparameters, w)(weights, gradient, states);
    },
  }),

  /** The sum of the squares of each block of 1,024 of the n numbers of g, clipped as their rule says, one for each of 8 lanes. */
  squareSum: operation({
    signature: "g* sums*64 n blocks.. optimizer",
    native: "optimizer/flat.h",
    cut: "units",
    twin({ g, sums, n, blocks: [first, last], optimizer }, { hyperparameters }) {
      const scalars = scalarsOf(optimizer, hyperparameters, g);
      const clip = scalars[penalty.active] ? scalars[penalty.clip] : Infinity;
      for (let block = first; block < last; block++) {
        sums.fill(0, block * squareSums, (block + 1) * squareSums);
        const end = Math.min((block + 1) * squareBlock, n);
        for (let i = block * squareBlock; i < end; i++) {
          const x = g[i] > clip ? clip : g[i] < -clip ? -clip : g[i];
          sums[block * squareSums + (i % squareSums)] += x * x;
        }
      }
    },
  }),

  /** average += share (w - average), for the vectors of w; the share is the first scalar of the rule. */
  average: operation({
    signature: "w* average* vectors.. optimizer",
    native: "optimizer/flat.h",
    cut: "units",
    twin({ w, average, vectors, optimizer }, { hyperparameters }) {
      const [from, to] = vectors.map((vector) => vector * lanesOf(w));
      const [share] = scalarsOf(optimizer, hyperparameters, w);
      const round = roundingOf(w);
      for (let i = from; i < to; i++) average[i] += share * round(w[i] - average[i]);
    },
  }),

  /** Columns of w [k][n], the weights that come into a unit, that are longer than `most` are shortened to it. */
  maxNorm: operation({
    signature: "w* k n panels.. most~",
    native: "optimizer/flat.h",
    cut: "units",
    twin({ w, k, n, panels: range, most }) {
      const round = roundingOf(w);
      for (const { column, width } of panelsOf(k, n, lanesOf(w)).slice(...range)) {
        const rows = unpack(w, k, column + width, { rows: [0, k], columns: [column, column + width] });
        for (let j = 0; j < width; j++) {
          const norm = Math.sqrt(rows.reduce((sum, row) => sum + row[j] * row[j], 0));
          if (norm > most) for (const row of rows) row[j] *= round(most / norm);
        }
        pack(rows, w, k, n, 0, column);
      }
    },
  }),
};
