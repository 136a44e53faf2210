/**
 * Batch normalisation: y = (x - m) / sqrt(v + epsilon) weight + bias, by channel of an image or by feature of a vector.
 * In training m and v are the mean and the biased variance over the whole minibatch (and the pixels of an image), and the
 * running statistics move: r += momentum (new - r), with the unbiased variance, as PyTorch's nn.BatchNorm1d and 2d have it;
 * Keras' momentum is one minus that. Scoring takes the running statistics. Momentum and epsilon are always explicit:
 * frameworks' defaults differ. x and y [batch][height][width][channels]. Ioffe and Szegedy 2015.
 */
import { z } from "zod";
import type { Layer } from "../layer.js";
import type { FeatureShape, ParameterSpec } from "../spec.js";
import { unlowered } from "./unlowered.js";

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

  ...unlowered("batch-norm"),
};
