/** A stretch of time as people write it: "90s", "10min", "2h". */
import { z } from "zod";

const pattern = /^(\d+\.?\d*|\.\d+)\s*(s|min|h)$/i;
const seconds: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

export const spanSchema = z
  .string()
  .regex(pattern)
  .refine((text) => secondsOf(text) > 0)
  .meta({ value: "TIME", expected: "a time above 0: 90s, 10min or 2h", examples: ["90s", "10min", "1.5h"] });

/** Of a text that the schema accepts. */
export function secondsOf(span: string): number {
  const [, count, unit] = pattern.exec(span) ?? [span, "NaN", "s"];
  return Number(count) * seconds[unit.toLowerCase()];
}
