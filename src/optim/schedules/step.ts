/** Stairs down: after every so many updates or epochs the rate is multiplied by a factor. */
import { z } from "zod";
import { lengthSchema, updatesOf } from "../length.js";
import { integerPower } from "../optimizer.js";
import type { Schedule } from "./schedule.js";

const options = z.strictObject({
  every: lengthSchema.meta({ description: "length of a stair: 500, 10epochs" }),
  factor: z.number().positive().max(1).default(0.1).meta({ description: "what the rate is multiplied by" }),
});

export const step: Schedule<typeof options> = {
  name: "step",
  summary: "stairs down, each of the same length",
  options,
  examples: ["step every=10epochs", "step 5 factor=0.5"],
  factor: (t, length, { every, factor }) => integerPower(factor, Math.floor(t / Math.max(1, updatesOf(every, length)))),
};
