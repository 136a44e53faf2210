/**
 * Dropout: in training y = x / (1 - rate) with probability 1 - rate, else 0, drawn for each number of each sample anew in
 * every epoch; scoring passes x on. Backward: dx = dy / (1 - rate) where x was kept, else 0. Shapes stay as they are.
 * The draws belong to (seed, layer, epoch, sample, number), not to threads or minibatches. Srivastava et al. 2014, inverted.
 */
import { z } from "zod";
import type { Layer } from "../layer.js";
import { unlowered } from "./unlowered.js";

const schema = z.strictObject({ type: z.literal("dropout"), rate: z.number().gt(0).lt(1) });
export type DropoutSpec = z.infer<typeof schema>;

export const dropout: Layer<DropoutSpec> = {
  type: "dropout",
  summary: "zeroes a share of the numbers in training",
  schema,
  passive: true,
  notation: {
    word: "drop",
    usage: "drop RATE",
    read: (sentence) => ({ type: "dropout", rate: sentence.number("a rate, as in drop 0.3") }),
    write: ({ rate }) => `${rate}`,
  },
  output: (_spec, { input }) => input,
  parameters: () => [],
  multiplyAdds: () => 0,

  ...unlowered("dropout"),
};
