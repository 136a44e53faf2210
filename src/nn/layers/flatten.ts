/**
 * Flatten: an image as a vector, for the dense layers above it. The numbers stay where they are (channels last); files
 * number them C,H,W, as PyTorch's nn.Flatten does, and what comes after knows from the shape's `image`.
 */
import { z } from "zod";
import { featureCount, type Layer } from "../layer.js";

const schema = z.strictObject({ type: z.literal("flatten") });
export type FlattenSpec = z.infer<typeof schema>;

export const flatten: Layer<FlattenSpec> = {
  type: "flatten",
  summary: "an image as a vector, for dense layers",
  schema,
  notation: { word: "flatten", usage: "flatten", read: () => ({ type: "flatten" }), write: () => "" },
  passive: true,

  output(_spec, { input }) {
    const { height, width, channels, image } = input;
    const vector = { height: 1, width: 1, channels: featureCount(input) };
    const pixels = height * width;
    return pixels > 1 ? { ...vector, image: { height, width, channels } } : { ...vector, ...(image && { image }) };
  },

  vanishes: true,
  forward() {},
  operators: (_spec, { x, vector }) => vector(x),
  backward() {},
};
