import { activation } from "./activation.js";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Sigmoid linear unit (Elfwing, Uchibe and Doya 2017), also called swish: y = x s with s = 1 / (1 + e^-x);
 * y' = s (1 + x (1 - s)), which y does not tell: x is kept.
 */
export const silu = activation({
  name: "silu",
  summary: "x / (1 + e^-x)",
  rectifies: true,
  kept: "x",
  apply: (x) => x * sigmoid(x),
  derive: (x, dy) => dy * (sigmoid(x) * (1 + x * sigmoid(-x))),
  operators: (x, { apply }) => apply("Mul", [x, apply("Sigmoid", [x])]),
});
