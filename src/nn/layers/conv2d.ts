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
import type { BufferContext, Lowering } from "../../engine/lowering.js";
import { internalError } from "../../errors.js";
import type { ConvGeometry } from "../../kernels/operations.js";
import {
  pairOf,
  paddingSchema,
  readSliding,
  type Sliding,
  sizeSchema,
  slide,
  slidingGeometry,
  slidingWords,
  windowOf,
} from "../geometry.js";
import { rectifies } from "../initializers.js";
import { featureCount, type Layer } from "../layer.js";
import { sizeOf, sizeText } from "../notation.js";
import type { FeatureShape } from "../spec.js";
import type { ConvAlgorithm } from "./conv-algorithm.js";
import { direct } from "./conv-direct.js";
import { winograd } from "./conv-winograd.js";

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

const slidingOf = ({ kernel, stride = 1, padding = "valid" }: Conv2dSpec): Sliding => ({
  size: kernel,
  stride,
  padding,
});

function geometryOf(spec: Conv2dSpec, input: FeatureShape): ConvGeometry {
  const { height, width, channels } = input;
  const { windowHeight: kernelHeight, windowWidth: kernelWidth, ...sliding } = slidingGeometry(slidingOf(spec), input);
  return { height, width, channels, kernelHeight, kernelWidth, ...sliding, filters: spec.filters };
}

/** The first that suits is taken. */
const algorithms: readonly ConvAlgorithm[] = [winograd, direct];

const algorithmOf = (geometry: ConvGeometry, context: BufferContext): ConvAlgorithm =>
  algorithms.find(({ suits }) => suits(geometry, context)) ?? direct;

/** Calls one pass of the layer's algorithm. */
function run(pass: "prepare" | "forward" | "backward" | "update", spec: Conv2dSpec, lowering: Lowering): void {
  const { pool, dy, parameter, buffer, training } = lowering;
  const geometry = geometryOf(spec, lowering.input);
  const unpooled = pool && training ? buffer("unpooled") : null;
  const dz = unpooled ? { region: unpooled.region, ld: unpooled.rowLength } : dy;
  const bias = spec.bias === false ? null : parameter("bias").w;
  algorithmOf(geometry, lowering)[pass]?.({ ...lowering, geometry, bias, dz });
}

/** dL/dz before the pooling: dL/dy at the winners. */
function unpool(lowering: Lowering, { region, rowLength }: ReturnType<Lowering["buffer"]>, size: number): void {
  const { dy, output, buffer, emit } = lowering;
  const winners = buffer("winners");
  emit("maxPoolBackward", {
    dy: dy.region,
    lddy: dy.ld,
    winners: winners.region,
    ldw: winners.rowLength,
    dx: region,
    lddx: rowLength,
    height: output.height,
    width: output.width,
    channels: output.channels,
    ...slidingGeometry({ size, stride: size, padding: "valid" }, output),
  });
}

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
    const { outHeight: height, outWidth: width } = slide(slidingOf(spec), "conv2d", place);
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
  multiplyAdds(spec, { input }) {
    const { outHeight, outWidth, kernelHeight, kernelWidth, channels } = geometryOf(spec, input);
    return outHeight * outWidth * spec.filters * kernelHeight * kernelWidth * channels;
  },

  window: (spec, { input }) => windowOf(slidingGeometry(slidingOf(spec), input)),

  buffers(spec, { input }, context) {
    const geometry = geometryOf(spec, input);
    const { outHeight, outWidth, filters } = geometry;
    const { training, pool, partial } = context;
    const pooled = pool ? Math.floor(outHeight / pool.size) * Math.floor(outWidth / pool.size) : 0;
    return {
      ...algorithmOf(geometry, context).buffers(geometry, context),
      ...(training &&
        pool && {
          winners: { scope: "sample", length: pooled * filters, bits: 8 },
          // An owner goes over all samples once more.
          unpooled: { scope: partial ? "block" : "sample", length: outHeight * outWidth * filters },
        }),
    };
  },

  prepare(spec, lowering) {
    run("prepare", spec, lowering);
  },

  forward(spec, lowering) {
    run("forward", spec, lowering);
  },

  backwardGroups(spec, { pool, dy, output, parameter, emit }) {
    const partials = spec.bias === false ? null : parameter("bias").partials;
    if (!partials) return;
    // The winners' dL/dz are all there is.
    const pixels = featureCount(output) / output.channels;
    emit("biasGradient", {
      dy: dy.region,
      lddy: dy.ld,
      g: partials.region,
      stride: partials.stride,
      pixels: pool ? Math.floor(output.height / pool.size) * Math.floor(output.width / pool.size) : pixels,
      channels: spec.filters,
    });
  },

  backward(spec, lowering) {
    const { pool, buffer } = lowering;
    if (pool) unpool(lowering, buffer("unpooled"), pool.size);
    run("backward", spec, lowering);
  },

  update(spec, lowering) {
    run("update", spec, lowering);
    if (spec.bias === false) return;
    const { lanes, groups, optimizer, share, parameter, emit } = lowering;
    const { w, partials, state } = parameter("bias");
    if (!partials) throw internalError("the bias of a convolution is summed in groups");
    const [firstVector, lastVector] = share(Math.ceil(spec.filters / lanes));
    emit("vectorUpdate", {
      g: partials.region,
      stride: partials.stride,
      groups,
      b: w,
      s: state[0] ?? null,
      t: state[1] ?? null,
      firstVector,
      lastVector,
      optimizer,
    });
  },
};
