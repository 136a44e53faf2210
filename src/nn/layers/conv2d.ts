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
import type { ConvGeometry } from "../../kernels/ops/conv-geometry.js";
import { pairOf, slide, slidingAttributes, slidingGeometry, windowOf } from "../geometry.js";
import type { Layer } from "../layer.js";
import type { BufferContext, Lowering } from "../lowering.js";
import type { ParameterSpec } from "../spec.js";
import type { ConvAlgorithm } from "./conv-algorithm.js";
import { direct } from "./conv-direct.js";
import { biasWork, type Conv2dSpec, geometryOf, notation, schema, slidingOf, unitCount } from "./conv-spec.js";
import { winograd } from "./conv-winograd.js";

/** The first that suits is taken. */
const algorithms: readonly ConvAlgorithm[] = [winograd, direct];

const algorithmOf = (geometry: ConvGeometry, context: BufferContext): ConvAlgorithm =>
  algorithms.find(({ suits }) => suits(geometry, context)) ?? direct;

/** Calls one pass of the layer's algorithm. */
function run(
  pass: "prepare" | "forward" | "gradient" | "backward" | "update" | "renew",
  spec: Conv2dSpec,
  lowering: Lowering,
): void {
  const { pool, dy, lanes, panelLanes, parameter, buffer, share, training } = lowering;
  const geometry = geometryOf(spec, lowering.input);
  algorithmOf(geometry, lowering)[pass]?.({
    ...lowering,
    geometry,
    bias: spec.bias === false ? null : parameter("bias").w,
    argmax: pool && training ? buffer("argmax") : null,
    dz: pool && training ? buffer("unpooled") : dy,
    units: share(unitCount(geometry, lanes, panelLanes)),
  });
}

export const conv2d: Layer<Conv2dSpec> = {
  type: "conv2d",
  summary: "convolution in two dimensions",
  schema,
  fusesAbove: true,
  fusesPool: true,
  fusesBelow: true,

  notation,

  output(spec, place) {
    const { outHeight: height, outWidth: width } = slide(slidingOf(spec), "conv2d", place);
    return { height, width, channels: spec.filters, map: true };
  },

  withBias: (spec) => ({ ...spec, bias: true }),

  parameters({ filters, kernel, bias = true }, { name, input: { channels }, rectified }) {
    const [height, width] = pairOf(kernel);
    const taps = height * width;
    const weight: ParameterSpec = {
      name: `${name}.weight`,
      shape: [filters, channels, height, width],
      init: { kind: "weights", fanIn: taps * channels, fanOut: taps * filters, rectified },
      packing: {
        kind: "panels",
        k: taps * channels,
        n: filters,
        image: { height, width, channels },
        copy: "turned",
      },
    };
    if (!bias) return [weight];
    const init = { kind: "constant", value: 0 } as const;
    return [weight, { name: `${name}.bias`, shape: [filters], init, packing: { kind: "vector", n: filters } }];
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
    const { training, pool, partial, sliced } = context;
    const pooled = pool ? Math.floor(outHeight / pool.size) * Math.floor(outWidth / pool.size) : 0;
    return {
      ...algorithmOf(geometry, context).buffers(geometry, context),
      ...(training &&
        pool && {
          argmax: { scope: "sample", length: pooled * filters, bits: 8 },
          // An owner goes over all samples once more, and so does who has a slice.
          unpooled: { scope: partial && !sliced ? "block" : "chunk", length: outHeight * outWidth * filters },
        }),
    };
  },

  ownCopies: (spec, { input }, context) => algorithmOf(geometryOf(spec, input), context).ownCopies === true,

  prepare(spec, lowering) {
    run("prepare", spec, lowering);
  },

  forward(spec, lowering) {
    run("forward", spec, lowering);
  },

  operators(spec, { x, map, apply, parameter, place: { input } }) {
    const bias = spec.bias === false ? [] : [parameter("bias")];
    const sliding = slidingAttributes(slidingGeometry(slidingOf(spec), input), input);
    return apply("Conv", [map(x), parameter("weight"), ...bias], sliding);
  },

  backwardGroups(spec, lowering) {
    const { pool, dy, output, sliced, lanes, slices, parameter, emit } = lowering;
    if (sliced) run("gradient", spec, lowering);
    const g = spec.bias === false ? null : parameter("bias").partials;
    if (!g) return;
    // Where nothing is the largest of its window, dL/dz is 0.
    const size = pool?.size ?? 1;
    const pixels = Math.floor(output.height / size) * Math.floor(output.width / size);
    const own = slices(biasWork(spec.filters, pixels, lanes));
    emit("biasGradient", { dy, g, pixels, channels: spec.filters, slices: own });
  },

  backward(spec, lowering) {
    const { pool, dy, output, sliced, buffer, emit } = lowering;
    if (pool) {
      const { height, width, channels } = output;
      const windows = slidingGeometry({ size: pool.size, stride: pool.size, padding: "valid" }, output);
      const [argmax, dx] = [buffer("argmax"), buffer("unpooled")];
      emit("maxPoolBackward", { dy, argmax, dx, height, width, channels, ...windows });
    }
    if (!sliced) run("gradient", spec, lowering);
    run("backward", spec, lowering);
  },

  update(spec, lowering) {
    const { lanes, groups, share, parameter, emit } = lowering;
    if (parameter("weight").trained) run("update", spec, lowering);
    if (spec.bias === false || !parameter("bias").trained) return;
    const { w: b, partials: g, state, optimizer } = parameter("bias");
    const vectors = share(Math.ceil(spec.filters / lanes));
    emit("vectorUpdate", { g, groups, b, state, vectors, optimizer });
  },

  renew(spec, lowering) {
    run("renew", spec, lowering);
  },
};
