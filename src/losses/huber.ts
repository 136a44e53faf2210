/**
 * Huber loss on the softmax p of the logits (Huber 1964): with e = p - t, L = sum h(e), where h(e) = e^2 / 2 for |e| <= delta
 * and delta (|e| - delta / 2) beyond; dL/dz = p (c - sum c p) with c = e cut to [-delta, delta].
 */
import { z as schema } from "zod";
import type { Loss } from "./loss.js";
import { softmax, targetOf } from "./softmax.js";

const options = schema.strictObject({
  delta: schema.number().positive().max(1).default(0.5).meta({ description: "errors beyond it count in proportion" }),
});

export const huber = {
  name: "huber",
  summary: "squared error up to delta, in proportion beyond, on the softmax p",
  options,
  examples: ["huber", "huber delta=0.1"],
  operation: "huber",
  native: "loss/huber.h",
  parameterOf: ({ delta }) => delta,

  sample(of) {
    const { z, dz, classes, scale, parameter: delta } = of;
    const target = targetOf(of);
    const cut = (e: number): number => Math.max(-delta, Math.min(delta, e));
    softmax(z, dz, classes);
    let [sum, mean] = [0, 0];
    for (let i = 0; i < classes; i++) {
      const e = dz[i] - target(i);
      sum += cut(e) * (e - cut(e) / 2);
      mean += cut(e) * dz[i];
    }
    for (let i = 0; i < classes; i++) dz[i] *= (cut(dz[i] - target(i)) - mean) * scale;
    return sum;
  },
} as const satisfies Loss<typeof options>;
