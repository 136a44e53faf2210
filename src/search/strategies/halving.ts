/**
 * Successive halving (Jamieson and Talwalkar 2016): random trials, all trained to the first rung; the best 1 / factor of
 * them, rounded down, go on from where they stand to `factor` times as many epochs, and so on. All follow the schedule of
 * the full length. Whole rungs are compared, the earlier trial first on ties; the winner is of the last rung.
 */
import { z } from "zod";
import { drawnOptions, drawTrials } from "./random.js";
import type { Strategy } from "./strategy.js";

const options = drawnOptions.extend({
  factor: z.int().min(2).default(3).meta({ description: "of so many trials one goes on" }),
  firstRung: z.int().min(1).default(1).meta({ description: "epochs until trials are first compared" }),
});

export const halving: Strategy<typeof options> = {
  name: "halving",
  summary: "random trials, of which the best go on",
  options,
  examples: ["halving trials=27 factor=3 first-rung=1"],
  trials: (space, { trials }, seed) => drawTrials(space, trials, seed),
  rungs({ factor, firstRung }, epochs) {
    const at: number[] = [];
    for (let rung = firstRung; rung < epochs; rung *= factor) at.push(rung);
    return { at: [...at, epochs], factor };
  },
};
