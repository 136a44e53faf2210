/**
 * Dropout: in training y = x / (1 - rate) with probability 1 - rate, else 0, drawn for each number of each sample anew in
 * every epoch; scoring passes x on. Backward: dx = dy / (1 - rate) where x was kept, else 0. Shapes stay as they are.
 * The draws belong to (seed, layer, epoch, sample, number), not to threads or minibatches. Srivastava et al. 2014, inverted.
 */
import { z } from "zod";
import { identity } from "../../kernels/activations/index.js";
import type { Layer } from "../layer.js";
import type { BufferSpec } from "../lowering.js";
import { copy, drawsOf } from "./noise.js";

const schema = z.strictObject({ type: z.literal("dropout"), rate: z.number().gt(0).lt(1) });
export type DropoutSpec = z.infer<typeof schema>;

export const dropout: Layer<DropoutSpec> = {
  type: "dropout",
  summary: "zeroes a share of the numbers in training",
  schema,
  passive: true,
  fusesBelow: true,
  notation: {
    word: "drop",
    usage: "drop RATE",
    read: (sentence) => ({ type: "dropout", rate: sentence.number("a rate, as in drop 0.3") }),
    write: ({ rate }) => `${rate}`,
  },
  output: (_spec, { input }) => input,

  buffers(_spec, { input }, { training }): Readonly<Record<string, BufferSpec>> {
    const length = input.height * input.width * input.channels;
    return training ? { kept: { scope: "sample", length, bits: 8 } } : {};
  },

  forward({ rate }, lowering) {
    const { x, y, training, frozen, buffer, emit } = lowering;
    if (!training || frozen) return copy(x, y, emit);
    emit("dropout", { x, y, kept: buffer("kept"), rate, ...drawsOf(lowering) });
  },

  operators: (_spec, { x }) => x,

  backward({ rate }, lowering) {
    const { x, dy, dx, inputActivation: activation, frozen, buffer, emit } = lowering;
    const y = activation.name === identity.name ? null : x;
    if (!dx) return;
    if (frozen) emit("activationBackward", { dy, from: x, dx, n: x.features, activation });
    else emit("dropoutBackward", { dy, kept: buffer("kept"), y, dx, rate, n: x.features, activation });
  },
};
