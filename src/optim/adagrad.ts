/**
 * AdaGrad (Duchi, Hazan and Singer 2011), as PyTorch has it: the squares are summed from 0, epsilon stands outside the root
 * unless said otherwise (`epsilon.ts`).
 *
 *   r = r + g^2
 *   w -= lr g / (sqrt(r) + eps)
 */
import { z } from "zod";
import { epsilonPlace, placed, placeNote, scaledStep } from "./epsilon.js";
import { type Optimizer, weightDecay } from "./optimizer.js";

const options = z.strictObject({
  epsilon: z.number().positive().default(1e-10).meta({ description: "keeps steps from dividing by 0" }),
  epsilonPlace,
  weightDecay,
});

export const adagrad: Optimizer<typeof options> = {
  name: "adagrad",
  summary: "each weight's steps shrink as its squared gradients add up",
  options,
  examples: ["adagrad epsilon=0.01"],

  rule: ({ epsilon, epsilonPlace: place, weightDecay: decay }) => ({
    loop: "adagrad",
    state: ["sum"],
    scalars: (_t, lr) => [lr, ...placed(place, epsilon)],
    decay,
    note: placeNote(place, epsilon),
  }),

  loops: {
    adagrad(w, g, [sum], [lr, ...root]) {
      for (let i = 0; i < w.length; i++) {
        sum[i] += g[i] * g[i];
        w[i] -= lr * scaledStep(g[i], sum[i], root);
      }
    },
  },
};
