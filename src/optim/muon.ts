/**
 * Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"): the momentum of a matrix, made nearly
 * orthogonal by five Newton-Schulz iterations, so that every direction gets a step of one length.
 *
 *   buf = mu buf + g;  u = g + mu buf  (buf without nesterov)
 *   X = u / max(|u|, 1e-7);  five times: A = X X^T, X = 3.4445 X + (-4.7750 A + 2.0315 A A) X
 *   w = w (1 - lr decay) - lr sqrt(max(1, rows / columns)) X
 *
 * Filters [O, I, k, k] are a matrix of O rows and I k k columns. Biases, scales and the last layer take AdamW, at the rate
 * `adamw-lr`, which a schedule moves in the same proportion. Iterations are in the run's format by our own matrix product
 * (PyTorch's are in bfloat16), on squares of the shorter side and divided among the ranks (`kernels/ops/orthogonal.ts`). No matrix
 * knows the others.
 */
import { z } from "zod";
import type { Optimizer } from "./optimizer.js";

const beta = z.number().min(0).lt(1);
const options = z.strictObject({
  momentum: beta.default(0.95).meta({ description: "share of the last step that goes on" }),
  nesterov: z.boolean().default(true).meta({ description: "look ahead along the momentum" }),
  weightDecay: z.number().min(0).default(0).meta({ description: "rate times this much is taken off each weight" }),
  adamwLr: z.number().positive().default(0.003).meta({ description: "base rate of all that is no hidden matrix" }),
  betas: z.tuple([beta, beta]).default([0.9, 0.95]).meta({
    description: "of AdamW",
    expected: "two numbers of at least 0 and below 1, as in betas=0.9,0.95",
  }),
});

export const muon: Optimizer<typeof options> = {
  name: "muon",
  summary: "orthogonal steps for matrices and filters, AdamW for the rest",
  options,
  examples: ["muon", "muon momentum=0.9 nesterov=false weight-decay=0.1 adamw-lr=0.01 betas=0.8,0.9"],

  rule: ({ momentum, nesterov, weightDecay }) => ({
    loop: "muon",
    state: ["momentum_buffer", "direction"],
    scalars: (_t, lr, scheduled = momentum) => [lr, scheduled, nesterov ? 1 : 0],
    decoupledDecay: weightDecay,
    orthogonal: true,
  }),

  companion: ({ adamwLr, betas, weightDecay }) => ({
    optimizer: { name: "adamw", betas: [...betas], epsilon: 1e-10, epsilonPlace: "outside", weightDecay },
    lr: adamwLr,
  }),

  loops: {
    /** Momentum and direction alone: the weights follow once the whole matrix is there (`kernels/ops/orthogonal.ts`). */
    muon(w, g, [buffer, direction], [, mu, nesterov]) {
      for (let i = 0; i < w.length; i++) {
        buffer[i] = mu * buffer[i] + g[i];
        direction[i] = nesterov ? g[i] + mu * buffer[i] : buffer[i];
      }
    },
  },
};
