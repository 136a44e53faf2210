/**
 * Batch normalization: y = (x - m) / sqrt(v + epsilon) weight + bias, by channel of an image or by feature of a vector.
 * In training m and v are the mean and the biased variance over the whole minibatch (and the pixels of an image), and the
 * running statistics move: r += momentum (new - r), with the unbiased variance, as PyTorch's nn.BatchNorm1d and 2d have it;
 * Keras' momentum is one minus that. Scoring takes the running statistics, and so does training of a frozen layer, through which dx = dy weight / sqrt(v + epsilon) goes. Momentum and epsilon are always explicit:
 * frameworks' defaults differ. Without a scale the weight is 1, without a shift the bias 0 (Keras: scale, center; PyTorch has
 * affine for both). x and y [batch][height][width][channels]. Ioffe and Szegedy 2015.
 */
import { z } from "zod";
import { momentsLength, wrappedLength } from "../../kernels/batch-norm.js";
import { vectorBytes } from "../../kernels/layout.js";
import type { Value } from "../../kernels/operators.js";
import type { Rows } from "../../kernels/signature.js";
import type { Layer } from "../layer.js";
import type { BufferSpec, ParameterBuffers } from "../lowering.js";
import type { FeatureShape, ParameterSpec } from "../spec.js";

const schema = z.strictObject({
  type: z.literal("batch-norm"),
  momentum: z.number().gt(0).lte(1),
  epsilon: z.number().gt(0).lte(1),
  /** Whether it has a weight; true where absent. */
  scale: z.boolean().optional(),
  /** Whether it has a bias; true where absent. */
  shift: z.boolean().optional(),
});
export type BatchNormSpec = z.infer<typeof schema>;

/** What a sentence that says neither means: PyTorch's. */
const usual = { momentum: 0.1, epsilon: 1e-5 };

/** A parameter that is not there. */
const none = { w: null, g: null, state: [], optimizer: 0 };

/** A parameter that training moves; what it leaves alone is none to an update. */
const trainedOf = (parameter: ParameterBuffers): ParameterBuffers | typeof none =>
  parameter.trained ? parameter : none;

/** Values that one channel's statistics come from, per sample. */
export const valuesPerChannel = ({ height, width }: FeatureShape): number => height * width;

/** Of each vector of channels, the numbers of a sample. */
const workOf = (input: FeatureShape, lanes: number): readonly number[] =>
  new Array<number>(Math.ceil(input.channels / lanes)).fill(valuesPerChannel(input) * lanes);

/** The second of the wrapped tables in a buffer of coefficients. */
function secondTable({ region, ld }: Rows, channels: number, lanes: number): Rows {
  const offset = region.offset + wrappedLength(channels, lanes) * (vectorBytes / lanes);
  return { region: { ...region, offset }, ld };
}

export const batchNorm: Layer<BatchNormSpec> = {
  type: "batch-norm",
  summary: "normalizes each channel over the minibatch",
  schema,
  passive: true,
  fusesAbove: true,
  fusesBelow: true,

  notation: {
    word: "bn",
    usage: "bn [MOMENTUM EPSILON] [noscale] [noshift]",
    read(sentence) {
      const momentum = sentence.hasNumber() ? sentence.number("a momentum") : undefined;
      const moving =
        momentum === undefined
          ? usual
          : { momentum, epsilon: sentence.number("momentum and epsilon, as in bn 0.1 0.00001") };
      const scale = sentence.oneOf("noscale") === undefined ? {} : { scale: false };
      const shift = sentence.oneOf("noshift") === undefined ? {} : { shift: false };
      return { type: "batch-norm", ...moving, ...scale, ...shift };
    },
    write: ({ momentum, epsilon, scale = true, shift = true }) =>
      [
        ...(momentum === usual.momentum && epsilon === usual.epsilon ? [] : [momentum, epsilon]),
        ...(scale ? [] : ["noscale"]),
        ...(shift ? [] : ["noshift"]),
      ].join(" "),
  },

  output: (_spec, { input }) => (valuesPerChannel(input) > 1 ? { ...input, map: true } : input),

  parameters({ scale = true, shift = true }, { name, input: { channels: n, image } }) {
    const tensor = (last: string, value: number): ParameterSpec => ({
      name: `${name}.${last}`,
      shape: [n],
      init: { kind: "constant", value },
      packing: { kind: "vector", n, ...(image && { image }) },
    });
    return [
      ...(scale ? [tensor("weight", 1)] : []),
      ...(shift ? [tensor("bias", 0)] : []),
      { ...tensor("running_mean", 0), learned: false },
      { ...tensor("running_var", 1), learned: false },
    ];
  },

  affine({ epsilon, scale: hasScale = true, shift: hasShift = true }, tensor) {
    const [mean, variance] = [tensor("running_mean"), tensor("running_var")];
    const [weight, bias] = [hasScale ? tensor("weight") : null, hasShift ? tensor("bias") : null];
    const scale = Float64Array.from(variance, (value, c) => (weight?.[c] ?? 1) / Math.sqrt(value + epsilon));
    return { scale, shift: scale.map((factor, c) => (bias?.[c] ?? 0) - mean[c] * factor) };
  },

  // One value has no variance.
  leastBatch: (_spec, { input }) => (valuesPerChannel(input) > 1 ? 1 : 2),

  buffers(
    _spec,
    { input: { channels } },
    { training, frozen, wantsInputGradient, lanes },
  ): Readonly<Record<string, BufferSpec>> {
    const table = wrappedLength(channels, lanes);
    const affine = { scale: { scope: "kept", length: table }, shift: { scope: "kept", length: table } } as const;
    const coefficients = { scope: "kept", length: 4 * table } as const;
    if (!training || frozen) return { ...affine, ...(training && wantsInputGradient && { coefficients }) };
    const moments = { scope: "group", length: momentsLength(channels), bits: 64 } as const;
    const statistic = { scope: "kept", length: channels, bits: 64 } as const;
    return {
      ...affine,
      moments,
      sums: moments,
      mean: statistic,
      invStd: statistic,
      coefficients,
    };
  },

  synchronous: {
    reduce(_spec, { x, input, lanes, slices, buffer, emit }) {
      const [pixels, { channels }] = [valuesPerChannel(input), input];
      const own = slices(workOf(input, lanes));
      emit("batchNormReduce", { x, m: buffer("moments"), pixels, channels, slices: own });
    },

    merge(spec, { input: { channels }, groups, training, frozen, dx, lanes, parameter, buffer, emit }) {
      const { epsilon, scale = true, shift = true } = spec;
      const [weight, bias] = [scale ? parameter("weight").w : null, shift ? parameter("bias").w : null];
      const affine = { weight, bias, scale: buffer("scale"), shift: buffer("shift"), channels, epsilon };
      if (training && !frozen) {
        const [m, mean, invStd] = [buffer("moments"), buffer("mean"), buffer("invStd")];
        emit("batchNormMerge", { m, groups, mean, invStd, ...affine });
      } else {
        const [runningMean, runningVariance] = [parameter("running_mean").w, parameter("running_var").w];
        const running = { runningMean, runningVariance, ...affine };
        emit("batchNormFold", running);
        // What dy is multiplied by, the second table; the others stay 0.
        if (training && dx)
          emit("batchNormFold", { ...running, scale: secondTable(buffer("coefficients"), channels, lanes) });
      }
    },

    reduceBackward(_spec, { x, dy, input, lanes, slices, buffer, emit }) {
      const [mean, m, pixels] = [buffer("mean"), buffer("sums"), valuesPerChannel(input)];
      const own = slices(workOf(input, lanes));
      emit("batchNormReduceBackward", { x, dy, mean, m, pixels, channels: input.channels, slices: own });
    },

    mergeBackward({ scale = true }, { input: { channels }, groups, dx, parameter, buffer, emit }) {
      if (!dx) return;
      const [m, mean, invStd] = [buffer("sums"), buffer("mean"), buffer("invStd")];
      const [weight, coefficients] = [scale ? parameter("weight").w : null, buffer("coefficients")];
      emit("batchNormMergeBackward", { m, groups, weight, mean, invStd, coefficients, channels });
    },
  },

  forward(_spec, { x, y, input, activation, buffer, emit }) {
    const [pixels, { channels }] = [valuesPerChannel(input), input];
    emit("batchNorm", { x, y, scale: buffer("scale"), shift: buffer("shift"), pixels, channels, activation });
  },

  operators({ epsilon, scale = true, shift = true }, { x, place, apply, parameter, constant }) {
    const { channels } = place.input;
    const same = (value: number): Value => constant(new Array<number>(channels).fill(value), [channels]);
    const affine = [scale ? parameter("weight") : same(1), shift ? parameter("bias") : same(0)];
    const inputs = [x, ...affine, parameter("running_mean"), parameter("running_var")];
    return apply("BatchNormalization", inputs, { epsilon: { real: epsilon }, training_mode: 0 });
  },

  backward(_spec, { x, dy, dx, input, inputActivation: activation, buffer, emit }) {
    if (!dx) return;
    const [pixels, { channels }] = [valuesPerChannel(input), input];
    emit("batchNormBackward", { dy, x, dx, coefficients: buffer("coefficients"), pixels, channels, activation });
  },

  /** The first rank moves the running statistics: they are few. */
  update(spec, { input: { channels }, groups, lanes, rank, share, parameter, buffer, emit }) {
    const { momentum, scale = true, shift = true } = spec;
    const [ofWeight, ofBias] = [
      scale ? trainedOf(parameter("weight")) : none,
      shift ? trainedOf(parameter("bias")) : none,
    ];
    const [m, invStd, vectors] = [buffer("sums"), buffer("invStd"), share(Math.ceil(channels / lanes))];
    const learned = {
      ...{ weight: ofWeight.w, weightG: ofWeight.g, weightState: ofWeight.state, optimizer: ofWeight.optimizer },
      ...{ bias: ofBias.w, biasG: ofBias.g, biasState: ofBias.state, biasOptimizer: ofBias.optimizer },
    };
    if (ofWeight.w || ofBias.w) emit("batchNormUpdate", { m, groups, invStd, ...learned, channels, vectors });
    if (rank > 0) return;
    const [runningMean, runningVariance] = [parameter("running_mean").w, parameter("running_var").w];
    emit("batchNormRunning", { m: buffer("moments"), groups, runningMean, runningVariance, channels, momentum });
  },
};
