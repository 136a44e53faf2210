import { padded } from "../panels.js";
import { operation } from "./operation.js";
import { lanesOf } from "./plain.js";

/** Rows of n numbers; whole vectors are computed, padding too. */
export const activation = {
  /** y = f(x). */
  activation: operation({
    signature: "x[] y[] n activation()",
    native: "activation/activation.h",
    cut: "rows",
    inPlace: ["x", "y"],
    twin({ x, y, n, activation: f }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [input, output] = [x.row(r), y.row(r)];
        for (let i = 0; i < padded(n, lanesOf(output)); i++) output[i] = f.apply(input[i]);
      }
    },
  }),

  /** dx = dy f', from y = f(x), or x, as the function has it. */
  activationBackward: operation({
    signature: "dy[] from[] dx[] n activation()",
    native: "activation/activation.h",
    cut: "rows",
    inPlace: ["dy", "dx"],
    twin({ dy, from, dx, n, activation: f }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [delta, value, out] = [dy.row(r), from.row(r), dx.row(r)];
        for (let i = 0; i < padded(n, lanesOf(out)); i++) out[i] = f.derive(value[i], delta[i]);
      }
    },
  }),

  /** y = f(a + b). */
  add: operation({
    signature: "a[] b[] y[] n activation()",
    native: "activation/activation.h",
    cut: "rows",
    inPlace: ["a", "y"],
    twin({ a, b, y, n, activation: f }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [left, right, output] = [a.row(r), b.row(r), y.row(r)];
        for (let i = 0; i < padded(n, lanesOf(output)); i++) {
          output[i] = left[i] + right[i];
          output[i] = f.apply(output[i]);
        }
      }
    },
  }),
};
