/**
 * Global average pooling: y[c] = mean over all pixels of x[..][..][c], an image of one pixel.
 * x [batch][height][width][channels], y [batch][1][1][channels]. Backward: every x gets dy over the number of pixels.
 * Lin, Chen and Yan 2014, "Network in network".
 */
import { z } from "zod";
import { type Layer, wholeWindow } from "../layer.js";
import { slide } from "../geometry.js";
import { unlowered } from "./unlowered.js";

const schema = z.strictObject({ type: z.literal("global-average-pool") });
export type GlobalAveragePoolSpec = z.infer<typeof schema>;

export const globalAveragePool: Layer<GlobalAveragePoolSpec> = {
  type: "global-average-pool",
  summary: "the mean of each channel",
  schema,
  passive: true,
  notation: { word: "gap", usage: "gap", read: () => ({ type: "global-average-pool" }), write: () => "" },

  output(_spec, place) {
    const { height, width, channels } = place.input;
    slide({ size: [height, width], stride: 1, padding: "valid" }, "global-average-pool", place);
    return { height: 1, width: 1, channels, map: true };
  },

  parameters: () => [],
  multiplyAdds: () => 0,
  window: (_spec, { input }) => wholeWindow(input),

  ...unlowered("global-average-pool"),
};
