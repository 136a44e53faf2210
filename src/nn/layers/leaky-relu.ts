/**
 * Leaky rectified linear unit: y = x where x > 0, else slope x; y' = 1 where y > 0, else slope.
 * The slope is always explicit: frameworks' defaults differ (0.01, 0.1, 0.2, 0.3). It must be positive, so that the sign
 * of y tells the sign of x.
 */
import { z } from "zod";
import type { Notation } from "../notation.js";
import { elementwiseLayer } from "./elementwise.js";

const schema = z.strictObject({ type: z.literal("leaky-relu"), slope: z.number().gt(0).lte(1) });
export type LeakyReluSpec = z.infer<typeof schema>;

const notation: Notation<LeakyReluSpec> = {
  word: "lrelu",
  usage: "lrelu SLOPE",
  read: (sentence) => ({ type: "leaky-relu", slope: sentence.number("a slope, as in lrelu 0.01") }),
  write: ({ slope }) => `${slope}`,
};

export const leakyRelu = elementwiseLayer<LeakyReluSpec>(
  "leaky-relu",
  "x > 0 ? x : slope x",
  schema,
  notation,
  ({ slope }) => ({
    name: "leaky-relu",
    slope,
  }),
);
