/**
 * Global average pooling: y[c] = mean over all pixels of x[..][..][c], an image of one pixel.
 * x [batch][height][width][channels], y [batch][1][1][channels]. Backward: every x gets dy over the number of pixels.
 * Lin, Chen and Yan 2014, "Network in network".
 */
import { z } from "zod";
import { type SlidingGeometry, slide } from "../geometry.js";
import { type Layer, type LayerPlace, wholeWindow } from "../layer.js";
import { averaging } from "./windows.js";

const schema = z.strictObject({ type: z.literal("global-average-pool") });
export type GlobalAveragePoolSpec = z.infer<typeof schema>;

const geometry = (_spec: GlobalAveragePoolSpec, place: LayerPlace): SlidingGeometry => {
  const { height, width } = place.input;
  return slide({ size: [height, width], stride: 1, padding: "valid" }, "global-average-pool", place);
};

export const globalAveragePool: Layer<GlobalAveragePoolSpec> = {
  type: "global-average-pool",
  summary: "the mean of each channel",
  schema,
  passive: true,
  notation: { word: "gap", usage: "gap", read: () => ({ type: "global-average-pool" }), write: () => "" },

  output(spec, place) {
    const { outHeight: height, outWidth: width } = geometry(spec, place);
    return { height, width, channels: place.input.channels, map: true };
  },

  window: (_spec, { input }) => wholeWindow(input),

  ...averaging(geometry),

  operators: (_spec, { x, map, apply }) => apply("GlobalAveragePool", [map(x)]),
};
