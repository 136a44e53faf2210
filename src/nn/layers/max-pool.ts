/**
 * Max pooling: y[i][j][c] = max over the window at (i, j) of x[..][..][c]. The first in row-major order wins ties, NaN wins
 * over numbers, padding counts as minus infinity, and what a whole window no longer fits over is dropped (floor), all as in
 * PyTorch's nn.MaxPool2d. x [batch][height][width][channels], y [batch][outHeight][outWidth][channels].
 * Backward: dx of a window's largest number gets dy, the others nothing; overlapping windows add.
 */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import {
  paddingSchema,
  pairOf,
  readSliding,
  type SlidingGeometry,
  sizeSchema,
  slide,
  slidingAttributes,
  slidingWords,
  windowOf,
} from "../geometry.js";
import { type Layer, type LayerPlace, layerWhere, shapeText } from "../layer.js";
import type { BufferSpec } from "../lowering.js";
import { sizeOf, sizeText } from "../notation.js";
import { poolGeometry } from "./windows.js";

const schema = z.strictObject({
  type: z.literal("max-pool"),
  size: sizeSchema,
  /** The size where absent: windows side by side. */
  stride: sizeSchema.optional(),
  /** `valid` where absent. */
  padding: paddingSchema.optional(),
});
export type MaxPoolSpec = z.infer<typeof schema>;

/** The largest number's index in its window takes one byte. */
const windowLimit = 256;

const geometry = ({ size, stride = size, padding = "valid" }: MaxPoolSpec, place: LayerPlace): SlidingGeometry =>
  slide({ size, stride, padding }, "max-pool", place);

export const maxPool: Layer<MaxPoolSpec> = {
  type: "max-pool",
  summary: "the largest number of each window",
  schema,
  passive: true,

  notation: {
    word: "pool",
    usage: "pool SIZE [same | pad N] [stride N]",
    bare: { type: "max-pool", size: 2 },
    read: (sentence) => ({
      type: "max-pool",
      size: sizeOf(sentence.sizes("a window size, as in pool 2", 1, 2)),
      ...readSliding(sentence),
    }),
    write: ({ size, ...sliding }) => [sizeText(size), ...slidingWords(sliding)].join(" "),
  },

  output(spec, place) {
    const { outHeight: height, outWidth: width, windowHeight, windowWidth } = geometry(spec, place);
    if (windowHeight * windowWidth > windowLimit) {
      throw usageError({
        where: layerWhere(place, "max-pool"),
        expected: `a window of at most ${windowLimit} pixels`,
        got: `${windowHeight}x${windowWidth} on ${shapeText(place.input)}`,
      });
    }
    return { height, width, channels: place.input.channels, map: true };
  },

  pooling({ size, stride = size, padding = "valid" }, { input }) {
    const [height, width] = pairOf(size);
    const [down, right] = pairOf(stride);
    const plain = height === width && down === height && right === width && height > 1;
    const padded = padding === "same" ? input.height % height > 0 || input.width % width > 0 : padding !== "valid";
    return plain && !padded ? { size: height } : null;
  },

  window: (spec, place) => windowOf(geometry(spec, place)),

  buffers(spec, place, { training }): Readonly<Record<string, BufferSpec>> {
    const { outHeight, outWidth } = geometry(spec, place);
    return training
      ? { argmax: { scope: "sample", length: outHeight * outWidth * place.input.channels, bits: 8 } }
      : {};
  },

  forward(spec, { x, y, place, training, buffer, emit }) {
    const argmax = training ? buffer("argmax") : null;
    emit("maxPool", { x, y, argmax, ...poolGeometry(geometry(spec, place), place) });
  },

  operators: (spec, { x, map, apply, place }) =>
    apply("MaxPool", [map(x)], slidingAttributes(geometry(spec, place), place.input)),

  backward(spec, { dy, dx, place, buffer, emit }) {
    const argmax = buffer("argmax");
    if (dx) emit("maxPoolBackward", { dy, argmax, dx, ...poolGeometry(geometry(spec, place), place) });
  },
};
