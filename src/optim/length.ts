/** A stretch of a run: so many updates of the weights (20, "20steps") or passes over the training split ("2epochs"). */
import { z } from "zod";
import type { RunLength } from "./schedules/schedule.js";

const pattern = /^(\d+\.?\d*|\.\d+)\s*(steps?|epochs?)$/i;

export const lengthSchema = z
  .union([z.number().int().min(0), z.string().regex(pattern)])
  .meta({ value: "LENGTH", expected: "a number of updates (20, 20steps) or of epochs (1epoch, 0.5epochs)" });
export type Length = z.infer<typeof lengthSchema>;

/** In whole updates. */
export function updatesOf(length: Length, { updatesPerEpoch }: Pick<RunLength, "updatesPerEpoch">): number {
  if (typeof length === "number") return length;
  const [, count, unit] = pattern.exec(length) ?? [length, length, "steps"];
  return Math.round(Number(count) * (unit.toLowerCase().startsWith("epoch") ? updatesPerEpoch : 1));
}
