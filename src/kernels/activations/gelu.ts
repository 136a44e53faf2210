import { activation } from "./activation.js";

/** The density of the normal distribution. */
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The normal distribution function P(x): Marsaglia's series near 0, Laplace's continued fraction beyond. */
function distribution(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 3) {
    let [sum, term] = [x, x];
    for (let k = 3; sum + term !== sum; k += 2) sum += term *= (x * x) / k;
    return 0.5 + density(x) * sum;
  }
  let fraction = magnitude;
  for (let k = 60; k > 0; k--) fraction = magnitude + k / fraction;
  const tail = density(x) / fraction;
  return x > 0 ? 1 - tail : tail;
}

/**
 * Gaussian error linear unit (Hendrycks and Gimpel 2016): y = x P(x), with P the normal distribution function itself and not
 * its approximation by tanh; y' = P(x) + x P'(x), which y does not tell: x is kept.
 */
export const gelu = activation({
  name: "gelu",
  summary: "x P(X < x) of a normal X",
  rectifies: true,
  kept: "x",
  apply: (x) => x * distribution(x),
  derive: (x, dy) => dy * (distribution(x) + x * density(x)),
  // The form that frameworks write and readers fuse: x / 2 (1 + erf(x / sqrt 2)).
  operators(x, { apply, constant }) {
    const erf = apply("Erf", [apply("Div", [x, constant([Math.SQRT2])])]);
    return apply("Mul", [apply("Mul", [x, apply("Add", [erf, constant([1])])]), constant([0.5])]);
  },
});
