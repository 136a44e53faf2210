/** Rectified linear unit: y = max(x, 0); y' = 1 where y > 0, else 0. NaN stays NaN. */
import { z } from "zod";
import { bare, elementwiseLayer } from "./elementwise.js";

const schema = z.strictObject({ type: z.literal("relu") });
export type ReluSpec = z.infer<typeof schema>;

export const relu = elementwiseLayer<ReluSpec>("relu", "max(x, 0)", schema, bare("relu", { type: "relu" }), () => ({
  name: "relu",
  slope: 0,
}));
