import { activation } from "./activation.js";

/** Rectified linear unit: y = max(x, 0); y' = 1 where y > 0, else 0. */
export const relu = activation({
  name: "relu",
  summary: "max(x, 0)",
  rectifies: true,
  kept: "y",
  apply: (x) => (0 > x ? 0 : x),
  derive: (y, dy) => (y > 0 ? dy : 0),
  operators: (x, { apply }) => apply("Relu", [x]),
});
