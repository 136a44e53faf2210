/**
 * Gaussian noise: in training y = x + deviation * normal draw, for each number of each sample anew in every epoch; scoring
 * passes x on. Backward: dx = dy. Shapes stay as they are. The draws belong to (seed, layer, epoch, sample, number).
 */
import { z } from "zod";
import type { Layer } from "../layer.js";
import { copy, drawsOf } from "./noise.js";

const schema = z.strictObject({ type: z.literal("gaussian-noise"), deviation: z.number().gt(0).lte(1000) });
export type GaussianNoiseSpec = z.infer<typeof schema>;

export const gaussianNoise: Layer<GaussianNoiseSpec> = {
  type: "gaussian-noise",
  summary: "adds normal noise in training",
  schema,
  passive: true,
  notation: {
    word: "noise",
    usage: "noise DEVIATION",
    read: (sentence) => ({ type: "gaussian-noise", deviation: sentence.number("a deviation, as in noise 0.1") }),
    write: ({ deviation }) => `${deviation}`,
  },
  output: (_spec, { input }) => input,

  forward({ deviation }, lowering) {
    const { x, y, training, frozen, emit } = lowering;
    if (!training || frozen) return copy(x, y, emit);
    emit("gaussianNoise", { x, y, std: deviation, ...drawsOf(lowering) });
  },

  operators: (_spec, { x }) => x,

  backward(_spec, { dy, dx, emit }) {
    if (dx) copy(dy, dx, emit);
  },
};
