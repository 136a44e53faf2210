/**
 * Dropout: in training y = x / (1 - rate) with probability 1 - rate, else 0, drawn for each number of each sample anew in
 * every epoch; scoring passes x on. Backward: dx = dy / (1 - rate) where x was kept, else 0. Shapes stay as they are.
 * The draws belong to (seed, layer, epoch, sample, number), not to threads or minibatches. Srivastava et al. 2014, inverted.
 */
import { z } from "zod";
import { elementwiseNames, identity } from "../../kernels/operations.js";
import type { Layer } from "../layer.js";
import { drawsOf, passOn } from "./noise.js";

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
  parameters: () => [],
  multiplyAdds: () => 0,

  forward({ rate }, lowering) {
    const { x, y, training, emit } = lowering;
    if (!training) return passOn(x, y, emit);
    emit("dropout", { x: x.region, ldx: x.ld, y: y.region, ldy: y.ld, rate, ...drawsOf(lowering) });
  },

  backward({ rate }, lowering) {
    const { x, dy, dx, below, emit } = lowering;
    if (!dx) return;
    emit("dropoutBackward", {
      dy: dy.region,
      lddy: dy.ld,
      y: below.name === identity.name ? null : x.region,
      ldy: x.ld,
      dx: dx.region,
      lddx: dx.ld,
      rate,
      ...drawsOf(lowering),
      function: elementwiseNames.indexOf(below.name),
      slope: below.slope,
    });
  },

  update() {},
};
