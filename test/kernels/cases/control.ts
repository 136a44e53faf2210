import { random, uniform } from "../data.js";
import { call, f64, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { rowCounts } from "./case.js";

export const sumLoss: Cases = () =>
  rowCounts.flatMap((count): Case[] =>
    [true, false].map((start) => {
      const next = random(count);
      const loss = Float64Array.from(uniform(f64, count, next));
      const correct = loss.map((value) => (value > 0 ? 1 : 0));
      const values = { loss, correct, totals: Float64Array.of(1.5, 3, 7, 0.25) };
      // Both add in the order of the batch, so they agree to the bit.
      const step = { ...wholeStep(count), start };
      return { title: `${count} samples, start ${start}`, call: call("sumLoss", values), step, outputs: { totals: 0 } };
    }),
  );

/** Words of a barrier: arrived, generation, sleepers and poison, each on its own 128 bytes. */
export const barrierWords = (): Int32Array => new Int32Array(128);

export const barrier: Cases = () =>
  [0, 1].map((spin) => {
    const values = { words: barrierWords(), ranks: 1, spin };
    return {
      title: `one rank, spin ${spin}`,
      call: call("barrier", values),
      step: wholeStep(1),
      outputs: { words: 0 },
    };
  });

export const halt: Cases = () =>
  [0, 1].map((flag) => {
    const values = { flag: Int32Array.of(flag) };
    return { title: `flag ${flag}`, call: call("halt", values), step: wholeStep(1), outputs: {} };
  });
