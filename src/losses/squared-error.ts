/** Squared error on the softmax p of the logits: L = 1/2 sum e^2 with e = p - t; dL/dz = p (e - sum e p). */
import { noOptions } from "../base/setting.js";
import type { Loss } from "./loss.js";
import { softmax, targetOf } from "./softmax.js";

export const squaredError = {
  name: "squared-error",
  summary: "1/2 sum (p - t)^2 on the softmax p of the logits",
  options: noOptions,
  operation: "squaredError",
  native: "loss/squared_error.h",

  sample(of) {
    const { z, dz, classes, scale } = of;
    const target = targetOf(of);
    softmax(z, dz, classes);
    let [squares, mean] = [0, 0];
    for (let i = 0; i < classes; i++) {
      const error = dz[i] - target(i);
      squares += error ** 2;
      mean += error * dz[i];
    }
    for (let i = 0; i < classes; i++) dz[i] *= (dz[i] - target(i) - mean) * scale;
    return 0.5 * squares;
  },
} as const satisfies Loss;
