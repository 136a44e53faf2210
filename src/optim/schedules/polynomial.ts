/** Of N updates, update t has end + (1 - end) (1 - t / N)^power of the base rate; power 1 is a straight line. */
import { z } from "zod";
import { integerPower } from "../optimizer.js";
import type { Schedule } from "./schedule.js";

const options = z.strictObject({
  power: z.number().positive().default(1).meta({ description: "1 a straight line, 2 a parabola" }),
  end: z.number().min(0).max(1).default(0).meta({ description: "share of the base rate that it goes down towards" }),
});

export const polynomial: Schedule<typeof options> = {
  name: "polynomial",
  summary: "down to the end by a power of what is left of the run",
  options,
  examples: ["polynomial", "polynomial power=2 end=0.01"],
  factor(t, { updates }, { power, end }) {
    const left = 1 - t / updates;
    return end + (1 - end) * (Number.isInteger(power) ? integerPower(left, power) : left ** power);
  },
};
