import { softmax as softmaxOf } from "../../losses/softmax.js";
import { padded } from "../panels.js";
import { operation } from "./operation.js";
import { lanesOf } from "./plain.js";

/** Of whole rows of classes: a net has it only where it repeats a mistake (`nn/layers/softmax.ts`). */
export const softmax = {
  /** y = softmax(x), [rows][classes] both; padding becomes 0. */
  softmax: operation({
    signature: "x[] y[] classes",
    native: "softmax/softmax.h",
    cut: "rows",
    twin({ x, y, classes }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const output = y.row(r);
        softmaxOf(x.row(r), output, classes);
        output.fill(0, classes, padded(classes, lanesOf(output)));
      }
    },
  }),

  /** dx = y (dy - sum dy y), [rows][classes] each; padding becomes 0. */
  softmaxBackward: operation({
    signature: "dy[] y[] dx[] classes",
    native: "softmax/softmax.h",
    cut: "rows",
    twin({ dy, y, dx, classes }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [delta, p, out] = [dy.row(r), y.row(r), dx.row(r)];
        let mean = 0;
        for (let i = 0; i < classes; i++) mean += delta[i] * p[i];
        for (let i = 0; i < classes; i++) out[i] = p[i] * (delta[i] - mean);
        out.fill(0, classes, padded(classes, lanesOf(out)));
      }
    },
  }),
};
