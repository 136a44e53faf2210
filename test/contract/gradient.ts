/** Central differences against the gradient that backward makes, in double, through the engine. */
import assert from "node:assert/strict";
import type { Engine } from "../../src/engine/engine.js";

import { configure, gradientOf, type Setting, train, weightsOf } from "./lab.js";

/** Of a number, or of a hundredth of the largest one where that is more. */
const tolerance = 1e-6;
/** A power of two, so that w + h is exact; h^2 is far below the tolerance, and kinks are seldom so near. */
const h = 2 ** -18;

/** Checks every element of every parameter, or about `most` of each, spread over it; returns the worst relative error. */
export async function checkGradient(
  engine: Engine,
  setting: Setting,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  const { net } = setting;
  const tensors = setting.tensors ?? weightsOf(net, "f64");
  const gradient = await gradientOf(engine, { ...setting, tensors });
  // The loss that training sees: masks and noise belong to (epoch, sample), statistics to the minibatch.
  const lossAt = async (): Promise<number> => {
    engine.setParameters(tensors);
    return (await train(engine, { ...setting, lr: 0 }, 1))[0];
  };
  configure(engine, { ...setting, tensors });
  const learned = net.parameters.flatMap(({ learned: moves }, t) => (moves === false ? [] : [t]));
  const largest = Math.max(...gradient.flatMap((tensor) => Array.from(tensor, Math.abs)));
  assert.ok(largest > 1e-3, `a gradient of at most ${largest} proves nothing`);
  let worst = 0;
  for (const [place, t] of learned.entries()) {
    const tensor = tensors[t];
    // Odd, so that no channel or column is passed over.
    const stride = tensor.length > most ? Math.ceil(tensor.length / most) | 1 : 1;
    for (let i = 0; i < tensor.length; i += stride) {
      const value = tensor[i];
      tensor[i] = value + h;
      const above = await lossAt();
      tensor[i] = value - h;
      const below = await lossAt();
      tensor[i] = value;
      const [made, measured] = [gradient[place][i], (above - below) / (2 * h)];
      const error = Math.abs(made - measured) / Math.max(Math.abs(made), Math.abs(measured), largest / 100);
      assert.ok(
        error < tolerance,
        `${net.parameters[t].name}[${i}]: gradient ${made}, difference quotient ${measured}`,
      );
      worst = Math.max(worst, error);
    }
  }
  return worst;
}
