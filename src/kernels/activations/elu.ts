import { z } from "zod";
import { activation } from "./activation.js";

/**
 * Exponential linear unit (Clevert, Unterthiner and Hochreiter 2015): y = x where x > 0, else alpha (e^x - 1); y' = 1 where
 * y > 0, else y + alpha. Alpha, 1 unless said, is where y ends on the left; it must be positive, so that the sign of y tells
 * the sign of x.
 */
export const elu = activation({
  name: "elu",
  summary: "x > 0 ? x : alpha (e^x - 1)",
  slope: { key: "alpha", schema: z.number().gt(0), usual: 1, example: "elu 0.5" },
  rectifies: true,
  kept: "y",
  apply: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  derive: (y, dy, alpha) => (y > 0 ? dy : dy * (y + alpha)),
  operators: (x, { apply }, alpha) => apply("Elu", [x], { alpha: { real: alpha } }),
});
