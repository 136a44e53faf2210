/**
 * Adam (Kingma & Ba 2015, algorithm 1), epsilon as PyTorch has it: outside the root of the bias-corrected second moment.
 *
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *   w -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 */
import { integerPower, type Optimizer } from "./optimizer.js";

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

export const adam: Optimizer = {
  name: "adam",
  summary: "adaptive moments, 0.9 and 0.999, epsilon 1e-8",
  state: ["exp_avg", "exp_avg_sq"],
  scalars: (t, { lr }) => [
    lr / (1 - integerPower(beta1, t)),
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    1 / Math.sqrt(1 - integerPower(beta2, t)),
    epsilon,
  ],
};
