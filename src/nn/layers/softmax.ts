/**
 * A softmax at the end of a net, before a loss that takes another: the mistake of one source document, kept so that it can be
 * measured. It is in no list of layers: sentences and net files have no word for it, and a net has it only where its spec says
 * `doubledSoftmax`, which `heddle repro --as-published` alone writes.
 * y = softmax(x), x and y [batch][classes]. Backward: dx = y (dy - sum dy y).
 */
import { z } from "zod";
import { internalError } from "../../base/errors.js";
import type { Layer } from "../layer.js";

const schema = z.strictObject({ type: z.literal("softmax") });
export type SoftmaxSpec = z.infer<typeof schema>;

export const softmaxAsPublished: Layer<SoftmaxSpec> = {
  type: "softmax",
  summary: "a softmax before a loss that takes another: a mistake, as published",
  schema,
  notation: {
    word: "softmax",
    usage: "softmax",
    read: () => {
      throw internalError("no sentence says softmax");
    },
    write: () => "",
  },
  wholeShard: true,

  output: (_spec, { input }) => input,

  forward(_spec, { x, y, emit }) {
    emit("softmax", { x, y, classes: x.features });
  },

  backward(_spec, { y, dy, dx, emit }) {
    if (dx) emit("softmaxBackward", { dy, y, dx, classes: y.features });
  },

  operators: (_spec, { x, apply }) => apply("Softmax", [x], { axis: 1 }),
};
