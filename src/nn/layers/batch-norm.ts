/**
 * Batch normalisation: y = (x - m) / sqrt(v + epsilon) weight + bias, by channel of an image or by feature of a vector.
 * In training m and v are the mean and the biased variance over the whole minibatch (and the pixels of an image), and the
 * running statistics move: r += momentum (new - r), with the unbiased variance, as PyTorch's nn.BatchNorm1d and 2d have it;
 * Keras' momentum is one minus that. Scoring takes the running statistics. Momentum and epsilon are always explicit:
 * frameworks' defaults differ. x and y [batch][height][width][channels]. Ioffe and Szegedy 2015.
 */
import { z } from "zod";
import type { BufferSpec } from "../../engine/lowering.js";
import { momentsLength, wrappedLength } from "../../kernels/batch-norm.js";
import { elementwiseNames } from "../../kernels/operations.js";
import type { Layer } from "../layer.js";
import type { FeatureShape, ParameterSpec } from "../spec.js";

const schema = z.strictObject({
  type: z.literal("batch-norm"),
  momentum: z.number().gt(0).lte(1),
  epsilon: z.number().gt(0).lte(1),
});
export type BatchNormSpec = z.infer<typeof schema>;

/** What a sentence that says neither means: PyTorch's. */
const usual = { momentum: 0.1, epsilon: 1e-5 };

/** Values that one channel's statistics come from, per sample. */
export const valuesPerChannel = ({ height, width }: FeatureShape): number => height * width;

export const batchNorm: Layer<BatchNormSpec> = {
  type: "batch-norm",
  summary: "normalises each channel over the minibatch",
  schema,
  passive: true,
  fusesAbove: true,
  fusesBelow: true,

  notation: {
    word: "bn",
    usage: "bn [MOMENTUM EPSILON]",
    read(sentence) {
      if (!sentence.hasNumber()) return { type: "batch-norm", ...usual };
      const momentum = sentence.number("a momentum");
      return { type: "batch-norm", momentum, epsilon: sentence.number("momentum and epsilon, as in bn 0.1 0.00001") };
    },
    write: ({ momentum, epsilon }) =>
      momentum === usual.momentum && epsilon === usual.epsilon ? "" : `${momentum} ${epsilon}`,
  },

  output: (_spec, { input }) => (valuesPerChannel(input) > 1 ? { ...input, map: true } : input),

  parameters(_spec, { name, input: { channels: n, image } }) {
    const tensor = (last: string, value: number): ParameterSpec => ({
      name: `${name}.${last}`,
      shape: [n],
      init: { kind: "constant", value },
      packing: { kind: "vector", n, ...(image && { image }) },
    });
    return [
      tensor("weight", 1),
      tensor("bias", 0),
      { ...tensor("running_mean", 0), learned: false },
      { ...tensor("running_var", 1), learned: false },
    ];
  },

  multiplyAdds: () => 0,

  // One value has no variance.
  leastBatch: (_spec, { input }) => (valuesPerChannel(input) > 1 ? 1 : 2),

  buffers(_spec, { input: { channels } }, { training, lanes }): Readonly<Record<string, BufferSpec>> {
    const table = wrappedLength(channels, lanes);
    const affine = { scale: { scope: "kept", length: table }, shift: { scope: "kept", length: table } } as const;
    if (!training) return affine;
    const moments = { scope: "group", length: momentsLength(channels), bits: 64 } as const;
    const statistic = { scope: "kept", length: channels, bits: 64 } as const;
    return {
      ...affine,
      moments,
      sums: moments,
      mean: statistic,
      inverse: statistic,
      coefficients: { scope: "kept", length: 4 * table },
    };
  },

  synchronous: {
    measure(_spec, { x, input, buffer, emit }) {
      const m = buffer("moments").region;
      emit("batchNormMeasure", {
        x: x.region,
        ldx: x.ld,
        m,
        pixels: valuesPerChannel(input),
        channels: input.channels,
      });
    },

    merge({ epsilon }, { input, groups, training, parameter, buffer, emit }) {
      const affine = {
        weight: parameter("weight").w,
        bias: parameter("bias").w,
        scale: buffer("scale").region,
        shift: buffer("shift").region,
        channels: input.channels,
        epsilon,
      };
      if (training) {
        const statistics = { mean: buffer("mean").region, inverse: buffer("inverse").region };
        emit("batchNormMerge", { m: buffer("moments").region, groups, ...statistics, ...affine });
      } else {
        const [runningMean, runningVariance] = [parameter("running_mean").w, parameter("running_var").w];
        emit("batchNormFold", { runningMean, runningVariance, ...affine });
      }
    },

    measureBackward(_spec, { x, dy, input, buffer, emit }) {
      emit("batchNormMeasureBackward", {
        x: x.region,
        ldx: x.ld,
        dy: dy.region,
        lddy: dy.ld,
        mean: buffer("mean").region,
        m: buffer("sums").region,
        pixels: valuesPerChannel(input),
        channels: input.channels,
      });
    },

    mergeBackward(_spec, { input, groups, dx, parameter, buffer, emit }) {
      if (!dx) return;
      emit("batchNormMergeBackward", {
        m: buffer("sums").region,
        groups,
        weight: parameter("weight").w,
        mean: buffer("mean").region,
        inverse: buffer("inverse").region,
        coefficients: buffer("coefficients").region,
        channels: input.channels,
      });
    },
  },

  forward(_spec, { x, y, input, above, buffer, emit }) {
    emit("batchNorm", {
      x: x.region,
      ldx: x.ld,
      y: y.region,
      ldy: y.ld,
      scale: buffer("scale").region,
      shift: buffer("shift").region,
      pixels: valuesPerChannel(input),
      channels: input.channels,
      function: elementwiseNames.indexOf(above.name),
      slope: above.slope,
    });
  },

  backward(_spec, { x, dy, dx, input, below, buffer, emit }) {
    if (!dx) return;
    emit("batchNormBackward", {
      dy: dy.region,
      lddy: dy.ld,
      x: x.region,
      ldx: x.ld,
      dx: dx.region,
      lddx: dx.ld,
      coefficients: buffer("coefficients").region,
      pixels: valuesPerChannel(input),
      channels: input.channels,
      function: elementwiseNames.indexOf(below.name),
      slope: below.slope,
    });
  },

  /** The first rank moves the running statistics: they are few. */
  update({ momentum }, { input: { channels }, groups, lanes, rank, optimizer, share, parameter, buffer, emit }) {
    const [weight, bias] = [parameter("weight"), parameter("bias")];
    const [firstVector, lastVector] = share(Math.ceil(channels / lanes));
    emit("batchNormUpdate", {
      m: buffer("sums").region,
      groups,
      inverse: buffer("inverse").region,
      weight: weight.w,
      bias: bias.w,
      weightS: weight.state[0] ?? null,
      weightT: weight.state[1] ?? null,
      biasS: bias.state[0] ?? null,
      biasT: bias.state[1] ?? null,
      channels,
      firstVector,
      lastVector,
      optimizer,
    });
    if (rank > 0) return;
    emit("batchNormRunning", {
      m: buffer("moments").region,
      groups,
      runningMean: parameter("running_mean").w,
      runningVariance: parameter("running_var").w,
      channels,
      momentum,
    });
  },
};
