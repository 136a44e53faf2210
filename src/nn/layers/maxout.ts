/**
 * Maxout: y[j] = max of x[j k .. j k + k - 1], k pieces, at each pixel of an image; the first wins ties. With the weighted
 * layer below, max over pieces of (w x + b): "maxout of n units" is a dense layer of k n units, then this. No parameters.
 * x [batch][height][width][channels], y [batch][height][width][channels / k]. Backward: the largest gets dy, the
 * others nothing. Goodfellow et al. 2013.
 */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import { featureCount, type Layer, layerWhere, shapeText } from "../layer.js";
import type { BufferSpec } from "../lowering.js";

// The number of the largest piece takes one byte.
const schema = z.strictObject({ type: z.literal("maxout"), pieces: z.number().int().min(2).max(256) });
export type MaxoutSpec = z.infer<typeof schema>;

export const maxout: Layer<MaxoutSpec> = {
  type: "maxout",
  summary: "the largest of each few channels",
  schema,
  rectifies: true,
  notation: {
    word: "maxout",
    usage: "maxout PIECES",
    read: (sentence) => ({ type: "maxout", pieces: sentence.integer("pieces, as in maxout 2", 2) }),
    write: ({ pieces }) => `${pieces}`,
  },

  output({ pieces }, place) {
    const { input } = place;
    const { channels, image } = input;
    const where = layerWhere(place, "maxout");
    if (image) {
      const got = `the flattened ${shapeText(image)}`;
      throw usageError({
        where,
        expected: "an image or the outputs of a dense layer",
        got,
        fix: "Put it before the flatten.",
      });
    }
    if (channels % pieces !== 0) {
      const expected = `channels that ${pieces} pieces divide, to give ${shapeText({ ...input, channels: Math.ceil(channels / pieces) })}`;
      throw usageError({ where, expected, got: shapeText(input) });
    }
    return { ...input, channels: channels / pieces };
  },

  buffers({ pieces }, { input }, { training }): Readonly<Record<string, BufferSpec>> {
    return training ? { argmax: { scope: "sample", length: featureCount(input) / pieces, bits: 8 } } : {};
  },

  forward({ pieces }, { x, y, output: { height, width, channels }, training, buffer, emit }) {
    const argmax = training ? buffer("argmax") : null;
    emit("maxout", { x, y, argmax, pixels: height * width, channels, pieces });
  },

  operators({ pieces }, { x, apply, reshape, place: { input } }) {
    const sides = x.kind === "map" ? [input.height, input.width] : [];
    const split = reshape(x, [0, input.channels / pieces, pieces, ...sides], "map");
    return apply("ReduceMax", [split], { axes: [2], keepdims: 0 }, x.kind === "map" ? "map" : "vector");
  },

  backward({ pieces }, { dy, dx, output: { height, width, channels }, buffer, emit }) {
    const argmax = buffer("argmax");
    if (dx) emit("maxoutBackward", { dy, argmax, dx, pixels: height * width, channels, pieces });
  },
};
