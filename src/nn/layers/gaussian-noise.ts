/**
 * Gaussian noise: in training y = x + deviation * normal draw, for each number of each sample anew in every epoch; scoring
 * passes x on. Backward: dx = dy. Shapes stay as they are. The draws belong to (seed, layer, epoch, sample, number).
 */
import { z } from "zod";
import type { Layer } from "../layer.js";
import { drawsOf, passOn } from "./noise.js";

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
  parameters: () => [],
  multiplyAdds: () => 0,

  forward({ deviation }, lowering) {
    const { x, y, training, emit } = lowering;
    if (!training) return passOn(x, y, emit);
    emit("gaussianNoise", { x: x.region, ldx: x.ld, y: y.region, ldy: y.ld, deviation, ...drawsOf(lowering) });
  },

  backward(_spec, { dy, dx, emit }) {
    if (dx) passOn(dy, dx, emit);
  },

  update() {},
};
