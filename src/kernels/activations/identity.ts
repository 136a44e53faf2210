import { activation } from "./activation.js";

/** y = x; y' = 1. Of no layer: what stands where nothing is applied. */
export const identity = activation({
  name: "identity",
  summary: "x",
  kept: "y",
  apply: (x) => x,
  derive: (_, dy) => dy,
  operators: (x) => x,
});
