/**
 * RMSProp (Tieleman and Hinton 2012), as PyTorch has it; epsilon stands outside the root unless said otherwise (`epsilon.ts`).
 *
 *   r = rho r + (1 - rho) g^2;  s = g / (sqrt(r) + eps);  w -= lr s
 *   centered   m = rho m + (1 - rho) g; r - m^2 in the place of r, no less than 0 (Graves 2013; PyTorch's root of a
 *              rounding below 0 is NaN)
 *   momentum   buf = mu buf + s;  w -= lr buf
 */
import { z } from "zod";
import { epsilonPlace, placed, placeNote, scaledStep } from "./epsilon.js";
import { type Loop, type Optimizer, weightDecay } from "./optimizer.js";

const share = z.number().min(0).lt(1);
const options = z.strictObject({
  rho: share.default(0.99).meta({ description: "decay of the mean square" }),
  momentum: share.default(0).meta({ description: "share of the last step that goes on; 0 none" }),
  centered: z.boolean().default(false).meta({ description: "divide by the deviation: the mean is taken off" }),
  epsilon: z.number().positive().default(1e-8).meta({ description: "keeps steps from dividing by 0" }),
  epsilonPlace,
  weightDecay,
});

const loopOf =
  (centered: boolean, momentum: boolean): Loop =>
  (w, g, [square, ...more], [lr, rho, rest, mu, ...root]) => {
    const [mean, buffer] = centered ? more : [square, more[0]];
    for (let i = 0; i < w.length; i++) {
      square[i] = rho * square[i] + rest * g[i] * g[i];
      if (centered) mean[i] = rho * mean[i] + rest * g[i];
      let step = scaledStep(g[i], centered ? Math.max(0, square[i] - mean[i] * mean[i]) : square[i], root);
      if (momentum) {
        buffer[i] = mu * buffer[i] + step;
        step = buffer[i];
      }
      w[i] -= lr * step;
    }
  };

export const rmsprop: Optimizer<typeof options> = {
  name: "rmsprop",
  summary: "steps scaled by the gradients' mean square of late",
  options,
  examples: [
    "rmsprop",
    "rmsprop momentum=0.5",
    "rmsprop rho=0.9 centered",
    "rmsprop rho=0.95 momentum=0.5 centered epsilon=1e-6",
  ],

  rule: ({ rho, momentum, centered, epsilon, epsilonPlace: place, weightDecay: decay }) => ({
    loop: `rmsprop${centered ? "-centered" : ""}${momentum > 0 ? "-momentum" : ""}`,
    state: ["square_avg", ...(centered ? ["grad_avg"] : []), ...(momentum > 0 ? ["momentum_buffer"] : [])],
    scalars: (_t, lr, scheduled = momentum) => [
      lr,
      rho,
      1 - rho,
      momentum > 0 ? scheduled : 0,
      ...placed(place, epsilon),
    ],
    decay,
    note: placeNote(place, epsilon),
  }),

  loops: {
    rmsprop: loopOf(false, false),
    "rmsprop-momentum": loopOf(false, true),
    "rmsprop-centered": loopOf(true, false),
    "rmsprop-centered-momentum": loopOf(true, true),
  },
};
