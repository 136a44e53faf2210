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
import type { Lowering, ParameterBuffers, Partials, Tensor } from "../../engine/lowering.js";
import { internalError } from "../../errors.js";
import { convUpdateWorkspace } from "../../kernels/conv-workspace.js";
import { elementwiseNames, type OperationArguments } from "../../kernels/operations.js";
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

  buffers(spec, place, { training, pool, partial, lanes }) {
    if (!training) return {};
    const { outHeight, outWidth, windowHeight, windowWidth } = geometry(spec, place);
    const { filters } = spec;
    const pooled = pool && {
      winners: {
        scope: "sample" as const,
        length: Math.floor(outHeight / pool.size) * Math.floor(outWidth / pool.size) * filters,
        bits: 8 as const,
      },
      // The owner of a weight reads dz of the whole minibatch.
      dz: { scope: partial ? ("block" as const) : ("sample" as const), length: outHeight * outWidth * filters },
    };
    const owned = { unit: { scope: "rank" as const, length: convUpdateWorkspace(windowHeight, windowWidth, lanes) } };
    return { ...pooled, ...(partial ? {} : owned) };
  },

  forward(spec, l) {
    const { x, y, above, pool, training, parameter } = l;
    const winners = pool && training ? l.buffer("winners") : null;
    l.emit("conv", {
      x: x.region,
      ldx: x.ld,
      w: parameter("weight").w,
      b: spec.bias === false ? null : parameter("bias").w,
      y: y.region,
      ldy: y.ld,
      winners: winners?.region ?? null,
      ldw: winners?.rowLength ?? 0,
      ...convGeometry(spec, l),
      function: elementwiseNames.indexOf(above.name),
      slope: above.slope,
      pool: pool?.size ?? 0,
    });
  },

  backward(spec, l) {
    const { x, dx, below, parameter, partial } = l;
    const dz = gradientOfSums(spec, l);
    if (l.pool) unpool(spec, l, dz);
    const weight = parameter("weight");
    const dy = { dy: dz.region, lddy: dz.ld };
    if (spec.bias !== false) {
      const { region: g, stride } = partialsOf(parameter("bias"));
      l.emit("biasGradient", { ...dy, g, stride, pixels: l.output.height * l.output.width, channels: spec.filters });
    }
    if (partial) {
      const { region: g, stride } = partialsOf(weight);
      l.emit("convGradient", { x: x.region, ldx: x.ld, ...dy, g, stride, ...convGeometry(spec, l) });
    }
    if (!dx) return;
    l.emit("convBackward", {
      ...dy,
      wt: weight.wt,
      dx: dx.region,
      lddx: dx.ld,
      y: x.region,
      ldy: x.ld,
      ...convGeometry(spec, l),
      function: elementwiseNames.indexOf(below.name),
      slope: below.slope,
    });
  },

  update(spec, l) {
    const { x, groups, lanes, panelLanes, optimizer, share, partial, parameter } = l;
    const weight = parameter("weight");
    const dz = gradientOfSums(spec, l);
    const units = Math.ceil(l.input.channels / lanes) * Math.ceil(spec.filters / panelLanes);
    const [firstUnit, lastUnit] = share(units);
    l.emit("convUpdate", {
      x: x.region,
      ldx: x.ld,
      dy: dz.region,
      lddy: dz.ld,
      g: weight.partials?.region ?? weight.g,
      stride: weight.partials?.stride ?? 0,
      groups: partial ? groups : 0,
      w: weight.w,
      wt: weight.wt,
      u: null,
      ut: null,
      s: weight.state[0] ?? null,
      t: weight.state[1] ?? null,
      workspace: partial ? null : l.buffer("unit").region,
      ...convGeometry(spec, l),
      firstUnit,
      lastUnit,
      optimizer,
    });
    if (spec.bias === false) return;
    const bias = parameter("bias");
    const { region: g, stride } = partialsOf(bias);
    const [firstVector, lastVector] = share(Math.ceil(spec.filters / lanes));
    l.emit("vectorUpdate", {
      g,
      stride,
      groups,
      b: bias.w,
      s: bias.state[0] ?? null,
      t: bias.state[1] ?? null,
      firstVector,
      lastVector,
      optimizer,
    });
  },
};

/** The geometry in the words of the kernels. */
function convGeometry(spec: Conv2dSpec, { place }: Lowering): ConvArguments {
  const { height, width, channels } = place.input;
  const { windowHeight, windowWidth, ...rest } = geometry(spec, place);
  return {
    height,
    width,
    channels,
    kernelHeight: windowHeight,
    kernelWidth: windowWidth,
    ...rest,
    filters: spec.filters,
  };
}
type ConvArguments = Pick<
  OperationArguments<"convBackward">,
  | "height"
  | "width"
  | "channels"
  | "kernelHeight"
  | "kernelWidth"
  | "strideHeight"
  | "strideWidth"
  | "padTop"
  | "padLeft"
  | "outHeight"
  | "outWidth"
  | "filters"
>;

/** dL/dz, one number per output pixel before any pooling: dy itself, or where its gradient by the winners goes. */
function gradientOfSums({ filters }: Conv2dSpec, { pool, dy, output, buffer }: Lowering): Tensor {
  if (!pool) return dy;
  const { region, rowLength } = buffer("dz");
  return { region, ld: rowLength, features: output.height * output.width * filters };
}

function unpool({ filters }: Conv2dSpec, { pool, dy, output, buffer, emit }: Lowering, dz: Tensor): void {
  const size = pool?.size ?? 1;
  const winners = buffer("winners");
  emit("maxPoolBackward", {
    dy: dy.region,
    lddy: dy.ld,
    winners: winners.region,
    ldw: winners.rowLength,
    dx: dz.region,
    lddx: dz.ld,
    height: output.height,
    width: output.width,
    channels: filters,
    windowHeight: size,
    windowWidth: size,
    strideHeight: size,
    strideWidth: size,
    padTop: 0,
    padLeft: 0,
    outHeight: Math.floor(output.height / size),
    outWidth: Math.floor(output.width / size),
  });
}

function partialsOf({ partials }: ParameterBuffers): Partials {
  if (!partials) throw internalError("a convolution without room for its groups' gradients");
  return partials;
}
