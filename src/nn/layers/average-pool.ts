/**
 * Average pooling: y[i][j][c] = mean over the window at (i, j) of x[..][..][c], without padding; what a whole window no
 * longer fits over is dropped. x [batch][height][width][channels], y [batch][outHeight][outWidth][channels].
 * Backward: every x of a window gets dy over the window's size; overlapping windows add. As PyTorch's nn.AvgPool2d.
 */
import { z } from "zod";
import {
  readStride,
  type SlidingGeometry,
  sizeSchema,
  slide,
  slidingAttributes,
  slidingWords,
  windowOf,
} from "../geometry.js";
import type { Layer, LayerPlace } from "../layer.js";
import { sizeOf, sizeText } from "../notation.js";
import { averaging } from "./windows.js";

const schema = z.strictObject({
  type: z.literal("average-pool"),
  size: sizeSchema,
  /** The size where absent: windows side by side. */
  stride: sizeSchema.optional(),
});
export type AveragePoolSpec = z.infer<typeof schema>;

const geometry = ({ size, stride = size }: AveragePoolSpec, place: LayerPlace): SlidingGeometry =>
  slide({ size, stride, padding: "valid" }, "average-pool", place);

export const averagePool: Layer<AveragePoolSpec> = {
  type: "average-pool",
  summary: "the mean of each window",
  schema,
  passive: true,

  notation: {
    word: "avgpool",
    usage: "avgpool SIZE [stride N]",
    read: (sentence) => ({
      type: "average-pool",
      size: sizeOf(sentence.sizes("a window size, as in avgpool 2", 1, 2)),
      ...readStride(sentence),
    }),
    write: ({ size, stride }) => [sizeText(size), ...slidingWords({ stride })].join(" "),
  },

  output(spec, place) {
    const { outHeight: height, outWidth: width } = geometry(spec, place);
    return { height, width, channels: place.input.channels, map: true };
  },

  window: (spec, place) => windowOf(geometry(spec, place)),

  ...averaging(geometry),

  operators: (spec, { x, map, apply, place }) =>
    apply("AveragePool", [map(x)], slidingAttributes(geometry(spec, place), place.input)),
};
