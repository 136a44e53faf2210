/** Logistic function: y = 1 / (1 + e^-x); y' = y (1 - y). */
import { z } from "zod";
import { bare, elementwiseLayer } from "./elementwise.js";

const schema = z.strictObject({ type: z.literal("sigmoid") });
export type SigmoidSpec = z.infer<typeof schema>;

export const sigmoid = elementwiseLayer<SigmoidSpec>(
  "sigmoid",
  "1 / (1 + e^-x)",
  schema,
  bare("sigmoid", { type: "sigmoid" }),
  () => ({
    name: "sigmoid",
    slope: 0,
  }),
);
