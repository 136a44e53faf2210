import { operation } from "./operation.js";

/** Goodfellow et al. 2013. x [rows][pixels][channels][pieces], y and argmax [rows][pixels][channels]. */
export const maxout = {
  /** y = the largest piece of each output, argmax which it is: the first on ties, NaN before any number. */
  maxout: operation({
    signature: "x[] y[] argmax[8]? pixels channels pieces",
    native: "maxout/maxout.h",
    cut: "rows",
    twin({ x, y, argmax, pixels, channels, pieces }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [input, output, indices] = [x.row(r), y.row(r), argmax?.row(r)];
        for (let j = 0; j < pixels * channels; j++) {
          const values = input.subarray(j * pieces, (j + 1) * pieces);
          let best = 0;
          for (const [i, value] of values.entries()) if (value > values[best] || Number.isNaN(value)) best = i;
          output[j] = values[best];
          if (indices) indices[j] = best;
        }
      }
    },
  }),

  /** dx = dy for the largest piece, 0 for the others. */
  maxoutBackward: operation({
    signature: "dy[] argmax[8] dx[] pixels channels pieces",
    native: "maxout/maxout.h",
    cut: "rows",
    twin({ dy, argmax, dx, pixels, channels, pieces }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [delta, indices, out] = [dy.row(r), argmax.row(r), dx.row(r)];
        for (let j = 0; j < pixels * channels; j++) {
          for (let i = 0; i < pieces; i++) out[j * pieces + i] = indices[j] === i ? delta[j] : 0;
        }
      }
    },
  }),
};
