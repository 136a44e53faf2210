/** Up from a low rate to the base rate in a straight line, down again, and so on (Smith 2017, cyclical learning rates). */
import { z } from "zod";
import { lengthSchema, updatesOf } from "../length.js";
import type { Schedule } from "./schedule.js";

const options = z.strictObject({
  low: z.number().min(0).max(1).default(0.1).meta({ description: "share of the base rate where it turns" }),
  up: lengthSchema.default("1epoch").meta({ description: "length of the way up, and of the way down" }),
});

export const triangular: Schedule<typeof options> = {
  name: "triangular",
  summary: "up and down in straight lines, again and again",
  options,
  examples: ["triangular", "triangular low=0.1 up=200"],
  factor(t, length, { low, up }) {
    const side = Math.max(1, updatesOf(up, length));
    const place = t % (2 * side);
    return low + (1 - low) * (Math.min(place, 2 * side - place) / side);
  },
};
