import { random, uniform } from "../data.js";
import { call, f64, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";

export const sumLoss: Cases = () =>
  [0, 1, 5, 8, 9, 25].flatMap((count): Case[] =>
    [true, false].map((start) => {
      const next = random(count);
      const loss = Float64Array.from(uniform(f64, count, next));
      const correct = loss.map((value) => (value > 0 ? 1 : 0));
      const plain = start ? null : Float64Array.from(uniform(f64, count, next));
      const values = { loss, plain, correct, totals: Float64Array.of(1.5, 3, 7, 0.25) };
      // Both add in the order of the batch, so they agree to the bit.
      const step = { ...wholeStep(count), start };
      return { title: `${count} samples, start ${start}`, call: call("sumLoss", values), step, outputs: { totals: 0 } };
    }),
  );
