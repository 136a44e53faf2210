/** The layers of elementwise functions: shape in is shape out, no parameters, and kernels that know them by name. */
import { z } from "zod";
import type { Activation } from "../../kernels/activations/activation.js";
import type { Elementwise, ElementwiseName } from "../../kernels/activations/index.js";
import type { Layer } from "../layer.js";
import type { LayerSpec } from "../spec.js";

export function elementwiseLayer({ name, summary, word = name, slope, rectifies, kept, operators }: Activation): Layer {
  const usual = slope?.usual;
  const bare = { type: name, ...(usual !== undefined && { [slope!.key]: usual }) };
  const slopeOf = (spec: LayerSpec): number => (slope ? (spec[slope.key] as number) : 0);
  const elementwise = (spec: LayerSpec): Elementwise => ({ name: name as ElementwiseName, slope: slopeOf(spec) });
  const argument = slope ? ` ${usual === undefined ? slope.key.toUpperCase() : `[${slope.key.toUpperCase()}]`}` : "";
  return {
    type: name,
    summary,
    schema: z.strictObject({ type: z.literal(name), ...(slope && { [slope.key]: slope.schema }) }),
    elementwise,
    ...(rectifies && { rectifies }),

    notation: {
      word,
      usage: word + argument,
      ...(usual !== undefined && { bare }),
      read(sentence) {
        if (!slope || (usual !== undefined && !sentence.hasNumber())) return bare;
        return { type: name, [slope.key]: sentence.number(`a ${slope.key}, as in ${slope.example}`) };
      },
      write: (spec) => (slope && slopeOf(spec) !== usual ? `${slopeOf(spec)}` : ""),
    },

    output: (_spec, { input }) => input,

    forward(spec, { x, y, emit }) {
      emit("activation", { x, y, n: x.features, activation: elementwise(spec) });
    },

    operators: (spec, graph) => operators(graph.x, graph, slopeOf(spec)),

    backward(spec, { x, y, dx, dy, emit }) {
      const values = { dy, from: kept === "x" ? x : y, n: y.features, activation: elementwise(spec) };
      if (dx) emit("activationBackward", { ...values, dx });
    },
  };
}
