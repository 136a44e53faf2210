import { activation } from "./activation.js";

/** Logistic function: y = 1 / (1 + e^-x); y' = y (1 - y). */
export const sigmoid = activation({
  name: "sigmoid",
  summary: "1 / (1 + e^-x)",
  kept: "y",
  apply: (x) => 1 / (1 + Math.exp(-x)),
  derive: (y, dy) => dy * (y * (1 - y)),
  operators: (x, { apply }) => apply("Sigmoid", [x]),
});
