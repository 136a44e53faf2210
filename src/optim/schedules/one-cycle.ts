/**
 * One cycle over the run (Smith and Topin 2018), as PyTorch's OneCycleLR: half a cosine up from `start` to the base rate
 * over a share `rise` of the updates, then half a cosine down to `end`. Momentum, of Adam the first of its betas, goes the
 * other way: from the first number down to the second and back. Optimizers without momentum have their rate moved alone.
 */
import { z } from "zod";
import type { RunLength, Schedule } from "./schedule.js";

const share = z.number().min(0).max(1);
const options = z.strictObject({
  rise: z.number().gt(0).lt(1).default(0.3).meta({ description: "share of the updates on the way up" }),
  start: share.default(0.04).meta({ description: "share of the base rate at the first update" }),
  end: share.default(4e-6).meta({ description: "share of the base rate at the last update" }),
  momentum: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .default([0.95, 0.85])
    .meta({
      description: "momentum at the ends and at the top",
      expected: "two numbers of at least 0 and below 1, as in momentum=0.95,0.85",
    }),
});

/** From `a` at the first update to `b` at the top to `c` at the last one. */
function cycle(t: number, { updates }: RunLength, rise: number, [a, b, c]: readonly [number, number, number]): number {
  const [top, last] = [rise * updates - 1, updates - 1];
  const rising = t <= top && top > 0;
  const [from, to, place] = rising ? [a, b, t / top] : [b, c, last > top ? (t - top) / (last - top) : 1];
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * place));
}

export const oneCycle: Schedule<typeof options> = {
  name: "one-cycle",
  summary: "up to the base rate, then down to nearly nothing; momentum the other way",
  options,
  examples: ["one-cycle", "one-cycle rise=0.2 momentum=0.95,0.85"],
  factor: (t, length, { rise, start, end }) => cycle(t, length, rise, [start, 1, end]),
  momentum: (t, length, { rise, momentum: [high, low] }) => cycle(t, length, rise, [high, low, high]),
};
