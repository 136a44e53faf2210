/** Momentum, as PyTorch's SGD has it: buf = mu buf + g; w -= lr buf (Polyak 1964, without dampening). */
import type { Optimizer } from "./optimizer.js";

export const momentum: Optimizer = {
  name: "momentum",
  summary: "buf = momentum buf + g; w -= lr buf",
  state: ["momentum_buffer"],
  scalars: (_t, { lr, momentum: mu }) => [lr, mu],
};
