/** The rate is multiplied by a factor after each update, or after every so many of them: factor^floor(t / every). */
import { z } from "zod";
import { lengthSchema, updatesOf } from "../length.js";
import { integerPower } from "../optimizer.js";
import type { Schedule } from "./schedule.js";

const options = z.strictObject({
  factor: z.number().positive().max(1).meta({ description: "what the rate is multiplied by" }),
  every: lengthSchema.default(1).meta({ description: "after how long; 1epoch as PyTorch's users have it" }),
});

export const exponential: Schedule<typeof options> = {
  name: "exponential",
  summary: "the same share less after each update, or epoch",
  options,
  examples: ["exponential 0.999", "exponential 0.9 every=1epoch"],
  factor: (t, length, { every, factor }) => integerPower(factor, Math.floor(t / Math.max(1, updatesOf(every, length)))),
};
