/** Stochastic gradient descent: w -= lr g. */
import type { Optimizer } from "./optimizer.js";

export const sgd: Optimizer = {
  name: "sgd",
  summary: "w -= lr g",
  state: [],
  scalars: (_t, { lr }) => [lr],
};
