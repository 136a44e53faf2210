import { z } from "zod";
import { activation } from "./activation.js";

/**
 * Leaky rectified linear unit: y = x where x > 0, else slope x; y' = 1 where y > 0, else slope.
 * The slope is always explicit: frameworks' defaults differ (0.01, 0.1, 0.2, 0.3). It must be positive, so that the sign
 * of y tells the sign of x.
 */
export const leakyRelu = activation({
  name: "leaky-relu",
  summary: "x > 0 ? x : slope x",
  word: "lrelu",
  slope: { key: "slope", schema: z.number().gt(0).lte(1), example: "lrelu 0.01" },
  rectifies: true,
  kept: "y",
  apply: (x, slope) => (0 > x ? x * slope : x),
  derive: (y, dy, slope) => (y > 0 ? dy : dy * slope),
  operators: (x, { apply }, slope) => apply("LeakyRelu", [x], { alpha: { real: slope } }),
});
