/** Hyperbolic tangent: y = tanh x; y' = 1 - y^2. */
import { z } from "zod";
import { bare, elementwiseLayer } from "./elementwise.js";

const schema = z.strictObject({ type: z.literal("tanh") });
export type TanhSpec = z.infer<typeof schema>;

export const tanh = elementwiseLayer<TanhSpec>(
  "tanh",
  "hyperbolic tangent",
  schema,
  bare("tanh", { type: "tanh" }),
  () => ({
    name: "tanh",
    slope: 0,
  }),
);
