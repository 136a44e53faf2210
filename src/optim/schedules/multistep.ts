/** Stairs down at given places: after so many updates or epochs are done, the next is the first with the lower rate. */
import { z } from "zod";
import { lengthSchema, updatesOf } from "../length.js";
import { integerPower } from "../optimizer.js";
import type { Schedule } from "./schedule.js";

const options = z.strictObject({
  at: z.array(lengthSchema).min(1).meta({
    description: "where the rate falls: 300,600 or 30epochs,60epochs",
    value: "LENGTH,LENGTH",
    expected: "lengths with commas, as in at=30epochs,60epochs",
  }),
  factor: z.number().positive().max(1).default(0.1).meta({ description: "what the rate is multiplied by" }),
});

export const multistep: Schedule<typeof options> = {
  name: "multistep",
  summary: "stairs down at given places",
  options,
  examples: ["multistep 30epochs,60epochs", "multistep at=300,600 factor=0.3"],
  factor: (t, length, { at, factor }) => integerPower(factor, at.filter((edge) => t >= updatesOf(edge, length)).length),
};
