/**
 * Half a cosine down from the base rate (Loshchilov and Hutter 2017): of N updates, update t = 0 … N - 1 has
 * end + (1 - end) (1 + cos(pi t / N)) / 2 of it. The last is still above the end, as in PyTorch. With `first` the curve
 * starts anew after that long, and each of these cycles is `factor` times as long as the one before.
 */
import { z } from "zod";
import { lengthSchema, updatesOf } from "../length.js";
import type { Schedule } from "./schedule.js";

const options = z.strictObject({
  end: z.number().min(0).max(1).default(0).meta({ description: "share of the base rate that it goes down towards" }),
  first: lengthSchema.optional().meta({ description: "restart after this long (default: never)" }),
  factor: z.number().min(1).default(1).meta({ description: "how many times as long each cycle is as the last" }),
});

export const cosine: Schedule<typeof options> = {
  name: "cosine",
  summary: "half a cosine down from the base rate, once or with restarts",
  options,
  examples: ["cosine", "cosine end=0.01 warmup=1epoch", "cosine first=3 factor=2"],
  factor(t, length, { end, first, factor }) {
    let [place, cycle] = [t, length.updates];
    if (first !== undefined) {
      cycle = Math.max(1, updatesOf(first, length));
      for (; place >= cycle; cycle = Math.round(cycle * factor)) place -= cycle;
    }
    return end + ((1 - end) * (1 + Math.cos((Math.PI * place) / cycle))) / 2;
  },
};
