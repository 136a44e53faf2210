/**
 * Stochastic gradient descent, as PyTorch has it, without dampening.
 *
 *   momentum 0   w -= lr g
 *   momentum mu  buf = mu buf + g;  w -= lr buf                (Polyak 1964)
 *   nesterov     buf = mu buf + g;  w -= lr (g + mu buf)       (Nesterov 1983, as Sutskever et al. 2013)
 *
 * Decay adds weight-decay w to g first; `decoupled` takes lr weight-decay w off w instead.
 */
import { z } from "zod";
import { type Optimizer, weightDecay } from "./optimizer.js";

const options = z
  .strictObject({
    momentum: z.number().min(0).lt(1).default(0).meta({ description: "share of the last step that goes on; 0 none" }),
    nesterov: z.boolean().default(false).meta({ description: "look ahead along the momentum" }),
    weightDecay,
    decoupled: z.boolean().default(false).meta({ description: "decay acts on weights, not through the gradient" }),
  })
  .refine(({ momentum, nesterov }) => !nesterov || momentum > 0, {
    message: "A momentum, where nesterov is asked for",
  });

export const sgd: Optimizer<typeof options> = {
  name: "sgd",
  summary: "w -= lr g; with momentum, the gradients of earlier steps fade out",
  options,
  examples: ["sgd", "sgd momentum=0.9", "sgd momentum=0.9 nesterov weight-decay=0.001"],

  rule({ momentum, nesterov, weightDecay: decay, decoupled }) {
    const decays = decoupled ? { decoupledDecay: decay } : { decay };
    if (momentum === 0) return { loop: "sgd", state: [], scalars: (_t, lr) => [lr], ...decays };
    return {
      loop: nesterov ? "nesterov" : "momentum",
      state: ["momentum_buffer"],
      scalars: (_t, lr, scheduled = momentum) => [lr, scheduled],
      ...decays,
    };
  },

  loops: {
    sgd(w, g, _state, [lr]) {
      for (let i = 0; i < w.length; i++) w[i] -= lr * g[i];
    },
    momentum(w, g, [buffer], [lr, mu]) {
      for (let i = 0; i < w.length; i++) {
        buffer[i] = mu * buffer[i] + g[i];
        w[i] -= lr * buffer[i];
      }
    },
    nesterov(w, g, [buffer], [lr, mu]) {
      for (let i = 0; i < w.length; i++) {
        buffer[i] = mu * buffer[i] + g[i];
        w[i] -= lr * (g[i] + mu * buffer[i]);
      }
    },
  },
};
