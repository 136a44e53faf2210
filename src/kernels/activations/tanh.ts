import { activation } from "./activation.js";

/** Hyperbolic tangent: y' = 1 - y². */
export const tanh = activation({
  name: "tanh",
  summary: "hyperbolic tangent",
  kept: "y",
  apply: Math.tanh,
  derive: (y, dy) => dy * (1 - y * y),
  operators: (x, { apply }) => apply("Tanh", [x]),
});
