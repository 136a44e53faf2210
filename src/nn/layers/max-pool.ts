/**
 * Max pooling: y[i][j][c] = max over the window at (i, j) of x[..][..][c]. The first in row-major order wins ties, NaN wins
 * over numbers, padding counts as minus infinity, and what a whole window no longer fits over is dropped (floor), all as in
 * PyTorch's nn.MaxPool2d. x [batch][height][width][channels], y [batch][outHeight][outWidth][channels].
 * Backward: dx of a window's winner gets dy, the others nothing; overlapping windows add.
 */
import { z } from "zod";
import type { BufferSpec } from "../../engine/lowering.js";
import { usageError } from "../../errors.js";
import {
  pairOf,
  paddingSchema,
  readSliding,
  type SlidingGeometry,
  sizeSchema,
  slide,
  slidingWords,
  windowOf,
} from "../geometry.js";
import { type Layer, type LayerPlace, layerWhere, shapeText } from "../layer.js";
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

/** A winner is a place in the window, in one byte. */
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

  parameters: () => [],
  multiplyAdds: () => 0,
  window: (spec, place) => windowOf(geometry(spec, place)),

  buffers(spec, place, { training }): Readonly<Record<string, BufferSpec>> {
    const { outHeight, outWidth } = geometry(spec, place);
    return training
      ? { winners: { scope: "sample", length: outHeight * outWidth * place.input.channels, bits: 8 } }
      : {};
  },

  forward(spec, { x, y, place, training, buffer, emit }) {
    const winners = training ? buffer("winners") : null;
    emit("maxPool", {
      x: x.region,
      ldx: x.ld,
      y: y.region,
      ldy: y.ld,
      winners: winners?.region ?? null,
      ldw: winners?.rowLength ?? 0,
      ...poolGeometry(geometry(spec, place), place),
    });
  },

  backward(spec, { dy, dx, place, buffer, emit }) {
    if (!dx) return;
    const winners = buffer("winners");
    emit("maxPoolBackward", {
      dy: dy.region,
      lddy: dy.ld,
      winners: winners.region,
      ldw: winners.rowLength,
      dx: dx.region,
      lddx: dx.ld,
      ...poolGeometry(geometry(spec, place), place),
    });
  },

  update() {},
};
