/**
 * Adam (Kingma & Ba 2015, algorithm 1); epsilon stands as PyTorch has it, outside the root of the bias-corrected second
 * moment, unless said otherwise (`epsilon.ts`).
 *
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *   w -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
 *
 * Decay adds weight-decay w to g first. AdamW (Loshchilov and Hutter 2019) takes lr weight-decay w off w instead.
 */
import { z } from "zod";
import { epsilonPlace, placed, placeNote, scaledStep } from "./epsilon.js";
import { integerPower, type Optimizer, type Rule, weightDecay } from "./optimizer.js";

const beta = z.number().min(0).lt(1);
const options = z.strictObject({
  betas: z.tuple([beta, beta]).default([0.9, 0.999]).meta({
    description: "decay of the two moments",
    expected: "two numbers of at least 0 and below 1, as in betas=0.9,0.999",
  }),
  epsilon: z.number().positive().default(1e-8).meta({ description: "keeps steps from dividing by 0" }),
  epsilonPlace,
  weightDecay,
});

function rule({ betas: [own, beta2], epsilon, epsilonPlace: place }: z.infer<typeof options>): Rule {
  return {
    loop: "adam",
    state: ["exp_avg", "exp_avg_sq"],
    scalars: (t, lr, beta1 = own) => [
      lr / (1 - integerPower(beta1, t)),
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      ...placed(place, epsilon, 1 - integerPower(beta2, t)),
    ],
    note: placeNote(place, epsilon),
  };
}

const loops: Optimizer["loops"] = {
  adam(w, g, [m, v], [rate, beta1, rest1, beta2, rest2, ...root]) {
    for (let i = 0; i < w.length; i++) {
      m[i] = beta1 * m[i] + rest1 * g[i];
      v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
      w[i] -= rate * scaledStep(m[i], v[i], root);
    }
  },
};

export const adam: Optimizer<typeof options> = {
  name: "adam",
  summary: "steps scaled by the gradients' mean and mean square of late",
  options,
  examples: ["adam", "adam betas=0.7,0.9 epsilon=1e-6 epsilon-place=inside weight-decay=0.05"],
  rule: (given) => ({ ...rule(given), decay: given.weightDecay }),
  loops,
};

const decoupled = options.extend({
  weightDecay: z.number().min(0).default(0.01).meta({ description: "rate times this much is taken off each weight" }),
});

export const adamw: Optimizer<typeof decoupled> = {
  name: "adamw",
  summary: "Adam with decay of the weights themselves, not through the gradient",
  options: decoupled,
  examples: ["adamw betas=0.8,0.98 weight-decay=0.05"],
  rule: (given) => ({ ...rule(given), decoupledDecay: given.weightDecay }),
  loops,
};
