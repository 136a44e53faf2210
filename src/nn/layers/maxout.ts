/**
 * Maxout: y[j] = max of x[j k .. j k + k - 1], k pieces, at each pixel of an image; the first wins ties. With the weighted
 * layer below, max over pieces of (w x + b): "maxout of n units" is a dense layer of k n units, then this. No parameters.
 * x [batch][height][width][channels], y [batch][height][width][channels / k]. Backward: the winner gets dy, the others
 * nothing. Goodfellow et al. 2013.
 */
import { z } from "zod";
import type { BufferSpec } from "../../engine/lowering.js";
import { usageError } from "../../errors.js";
import { featureCount, type Layer, layerWhere, shapeText } from "../layer.js";

// A winner is one of the pieces, in one byte.
const schema = z.strictObject({ type: z.literal("maxout"), pieces: z.number().int().min(2).max(256) });
export type MaxoutSpec = z.infer<typeof schema>;

export const maxout: Layer<MaxoutSpec> = {
  type: "maxout",
  summary: "the largest of each few channels",
  schema,
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

  parameters: () => [],
  multiplyAdds: () => 0,

  buffers({ pieces }, { input }, { training }): Readonly<Record<string, BufferSpec>> {
    return training ? { winners: { scope: "sample", length: featureCount(input) / pieces, bits: 8 } } : {};
  },

  forward({ pieces }, { x, y, output, training, buffer, emit }) {
    const winners = training ? buffer("winners") : null;
    emit("maxout", {
      x: x.region,
      ldx: x.ld,
      y: y.region,
      ldy: y.ld,
      winners: winners?.region ?? null,
      ldw: winners?.rowLength ?? 0,
      pixels: output.height * output.width,
      channels: output.channels,
      pieces,
    });
  },

  backward({ pieces }, { dy, dx, output, buffer, emit }) {
    if (!dx) return;
    const winners = buffer("winners");
    emit("maxoutBackward", {
      dy: dy.region,
      lddy: dy.ld,
      winners: winners.region,
      ldw: winners.rowLength,
      dx: dx.region,
      lddx: dx.ld,
      pixels: output.height * output.width,
      channels: output.channels,
      pieces,
    });
  },

  update() {},
};
