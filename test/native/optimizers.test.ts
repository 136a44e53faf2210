/** Optimizers against their formulas as PyTorch writes them, over several steps, in double. */
import { test } from "node:test";
import { chosenBackend } from "../kernels/addon.js";
import { padded, random, vector } from "../kernels/data.js";
import type { Real } from "../kernels/lab.js";
import { assertClose, call, execute, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const lr = 0.05;
const [mu, beta1, beta2, epsilon] = [0.9, 0.9, 0.999, 1e-8];
const steps = 6;

/** In the order of their numbers: the scalars that a kernel gets in step t, and one number's weight after each step. */
const optimizers = [
  {
    name: "sgd",
    hyper: () => [lr],
    follow: (w: number, gradients: number[]) => gradients.reduce((weight, g) => weight - lr * g, w),
  },
  {
    name: "momentum",
    hyper: () => [lr, mu],
    follow: (w: number, gradients: number[]) => {
      let buffer = 0;
      for (const g of gradients) {
        buffer = mu * buffer + g;
        w -= lr * buffer;
      }
      return w;
    },
  },
  {
    name: "adam",
    hyper: (t: number) => {
      const [correction1, correction2] = [1 - beta1 ** t, 1 - beta2 ** t];
      return [lr / correction1, beta1, 1 - beta1, beta2, 1 - beta2, 1 / Math.sqrt(correction2), epsilon];
    },
    follow: (w: number, gradients: number[]) => {
      let [m, v] = [0, 0];
      for (const [i, g] of gradients.entries()) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        const [mHat, vHat] = [m / (1 - beta1 ** (i + 1)), v / (1 - beta2 ** (i + 1))];
        w -= (lr * mHat) / (Math.sqrt(vHat) + epsilon);
      }
      return w;
    },
  },
];

for (const format of formats) {
  for (const [optimizer, { name, hyper, follow }] of optimizers.entries()) {
    test(`${name} in ${format.name} follows its formula for ${steps} steps`, () => {
      const n = 37;
      const next = random(optimizer + 1);
      const b = vector(format, n, next);
      const gradients = Array.from({ length: steps }, () => vector(format, n, next));
      let [w, s, t]: Real[] = [b, b.map(() => 0), b.map(() => 0)];
      for (const [i, dy] of gradients.entries()) {
        const range = { firstVector: 0, lastVector: padded(n, format) / format.lanes };
        const update = call("biasUpdate", { dy, lddy: dy.length, b: w, g: null, s, t, ...range, optimizer });
        const out = execute(backend, format, [update], [{ ...wholeStep(1), hyper: hyper(i + 1) }]);
        [w, s, t] = [out.of(w), out.of(s), out.of(t)];
      }
      const expected = Float64Array.from(b, (first, i) =>
        follow(
          first,
          gradients.map((gradient) => gradient[i]),
        ),
      );
      // A few roundings of numbers below 2 in each step.
      assertClose(w, expected, 8 * steps * format.unit, name);
    });
  }
}
