import type { Twin } from "./contract.js";

/** y = the largest of each output's neighbouring `pieces`: the first on ties, NaN before any number. */
export const maxout: Twin<"maxout"> = ({ x, ldx, y, ldy, winners, ldw, pixels, channels, pieces }) => {
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      for (let j = 0; j < pixels * channels; j++) {
        const from = r * ldx + j * pieces;
        let best = 0;
        for (let i = 1; i < pieces; i++) {
          if (x[from + i] > x[from + best] || Number.isNaN(x[from + i])) best = i;
        }
        y[r * ldy + j] = x[from + best];
        if (winners.length > 0) winners[r * ldw + j] = best;
      }
    }
  };
};

/** dx = dy for the piece that won, 0 for the others. */
export const maxoutBackward: Twin<"maxoutBackward"> = (values) => {
  const { dy, lddy, winners, ldw, dx, lddx, pixels, channels, pieces } = values;
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      for (let j = 0; j < pixels * channels; j++) {
        for (let i = 0; i < pieces; i++) {
          dx[r * lddx + j * pieces + i] = winners[r * ldw + j] === i ? dy[r * lddy + j] : 0;
        }
      }
    }
  };
};
