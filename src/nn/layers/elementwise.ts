/** What all activation layers share: shape in is shape out, no parameters, and one kernel that knows them by name. */
import type { z } from "zod";
import { type Elementwise, elementwiseNames } from "../../kernels/operations.js";
import type { Layer } from "../layer.js";
import type { Notation } from "../notation.js";
import type { LayerSpec } from "../spec.js";

export function elementwiseLayer<Spec extends LayerSpec>(
  type: Spec["type"],
  summary: string,
  schema: z.ZodType<Spec>,
  notation: Notation<Spec>,
  elementwise: (spec: Spec) => Elementwise,
): Layer<Spec> {
  return {
    type,
    summary,
    schema,
    notation,
    elementwise,
    output: (_spec, { input }) => input,
    parameters: () => [],
    multiplyAdds: () => 0,

    forward(spec, { x, y, emit }) {
      const { name, slope } = elementwise(spec);
      emit("activation", {
        x: x.region,
        ldx: x.ld,
        y: y.region,
        ldy: y.ld,
        n: x.features,
        function: elementwiseNames.indexOf(name),
        slope,
      });
    },

    backward(spec, { y, dx, dy, emit }) {
      if (!dx) return;
      const { name, slope } = elementwise(spec);
      emit("activationBackward", {
        dy: dy.region,
        lddy: dy.ld,
        y: y.region,
        ldy: y.ld,
        dx: dx.region,
        lddx: dx.ld,
        n: y.features,
        function: elementwiseNames.indexOf(name),
        slope,
      });
    },

    update() {},
  };
}

/** The notation of a layer that its word says all about. */
export const bare = <Spec extends LayerSpec>(word: string, spec: Spec): Notation<Spec> => ({
  word,
  usage: word,
  read: () => spec,
  write: () => "",
});
