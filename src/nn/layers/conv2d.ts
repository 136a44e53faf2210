/**
 * Convolution in two dimensions: z[i][j][f] = b[f] + sum over ky, kx, c of W[f][c][ky][kx] x[i s + ky - p][j s + kx - p][c],
 * a correlation, as every framework has it; taps outside the image count as zero.
 *
 * x [batch][height][width][channels], y [batch][outHeight][outWidth][filters], channels last; W [filters, channels,
 * kernelHeight, kernelWidth] and b [filters] as in PyTorch's nn.Conv2d.
 * Backward: dx = the correlation of dy, spread by the stride, with the kernel turned by 180 degrees; dW[f][c][ky][kx] =
 * sum over samples and pixels of dy[i][j][f] x[i s + ky - p][j s + kx - p][c]; db = sum over samples and pixels of dy.
 * Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning".
 */
import { z } from "zod";
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
import { rectifies } from "../initializers.js";
import type { Layer, LayerPlace } from "../layer.js";
import { sizeOf, sizeText } from "../notation.js";
import { unlowered } from "./unlowered.js";

const schema = z.strictObject({
  type: z.literal("conv2d"),
  filters: z.number().int().min(1).max(65536),
  kernel: sizeSchema,
  /** 1 where absent. */
  stride: sizeSchema.optional(),
  /** `valid` where absent. */
  padding: paddingSchema.optional(),
  /** True where absent. */
  bias: z.boolean().optional(),
});
export type Conv2dSpec = z.infer<typeof schema>;

const geometry = ({ kernel, stride = 1, padding = "valid" }: Conv2dSpec, place: LayerPlace): SlidingGeometry =>
  slide({ size: kernel, stride, padding }, "conv2d", place);

export const conv2d: Layer<Conv2dSpec> = {
  type: "conv2d",
  summary: "convolution in two dimensions",
  schema,
  fusesAbove: true,
  fusesPool: true,
  fusesBelow: true,

  notation: {
    word: "conv",
    usage: "conv FILTERSxKERNEL [same | pad N] [stride N] [nobias]",
    read(sentence) {
      const [filters, ...size] = sentence.sizes("filters x kernel size, as in conv 32x3", 2, 3);
      const spec = { type: "conv2d" as const, filters, kernel: sizeOf(size), ...readSliding(sentence) };
      return sentence.oneOf("nobias") === undefined ? spec : { ...spec, bias: false };
    },
    write({ filters, kernel, bias = true, ...sliding }) {
      return [`${filters}x${sizeText(kernel)}`, ...slidingWords(sliding), ...(bias ? [] : ["nobias"])].join(" ");
    },
  },

  output(spec, place) {
    const { outHeight: height, outWidth: width } = geometry(spec, place);
    return { height, width, channels: spec.filters, map: true };
  },

  parameters({ filters, kernel, bias = true }, { name, input: { channels }, above }) {
    const [height, width] = pairOf(kernel);
    const taps = height * width;
    return [
      {
        name: `${name}.weight`,
        shape: [filters, channels, height, width],
        init: { kind: "weights", fanIn: taps * channels, fanOut: taps * filters, rectified: rectifies(above) },
        packing: {
          kind: "panels",
          k: taps * channels,
          n: filters,
          image: { height, width, channels },
          copy: "turned",
        },
      },
      ...(bias
        ? [
            {
              name: `${name}.bias`,
              shape: [filters],
              init: { kind: "constant" as const, value: 0 },
              packing: { kind: "vector" as const, n: filters },
            },
          ]
        : []),
    ];
  },

  /** Of every tap, those in the padding too. */
  multiplyAdds(spec, place) {
    const { outHeight, outWidth, windowHeight, windowWidth } = geometry(spec, place);
    return outHeight * outWidth * spec.filters * windowHeight * windowWidth * place.input.channels;
  },

  window: (spec, place) => windowOf(geometry(spec, place)),

  ...unlowered("conv2d"),
};
