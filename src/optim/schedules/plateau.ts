/**
 * The base rate, and a part of it whenever what `--select` names has not become better for `patience` epochs, counted as
 * `--patience` counts: PyTorch's ReduceLROnPlateau with a patience of one less, threshold_mode "abs". A warm-up is multiplied
 * in. After a reduction `cooldown` epochs do not count.
 */
import { z } from "zod";
import type { Schedule } from "./schedule.js";

const count = z.int().min(0);
const options = z.strictObject({
  factor: z.number().gt(0).lt(1).default(0.1).meta({ description: "what the rate is multiplied by" }),
  patience: count.min(1).default(10).meta({ description: "epochs in a row without a better one" }),
  minDelta: z.number().min(0).default(0).meta({ description: "an epoch is better by more than this" }),
  cooldown: count.default(0).meta({ description: "epochs after a reduction that do not count" }),
  end: z.number().min(0).max(1).default(0).meta({ description: "share of the base rate that it never falls below" }),
});

export const plateau: Schedule<typeof options> = {
  name: "plateau",
  summary: "lower where validation has not become better for some epochs",
  options,
  examples: ["plateau", "plateau factor=0.5 patience=3"],
  factor: () => 1,
  follow(before, value, beats, { factor, patience, minDelta, cooldown, end }) {
    const better = beats(value, before.reference, minDelta);
    const cooling = Math.max(0, before.cooling - 1);
    const epochs = better || before.cooling > 0 ? 0 : before.epochs + 1;
    const reference = better ? value : before.reference;
    if (epochs < patience) return { ...before, reference, epochs, cooling };
    return { reference, epochs: 0, cooling: cooldown, factor: Math.max(end, before.factor * factor) };
  },
};
