/**
 * Residual sum: y = body(x) + projection(x), or body(x) + x without a projection. x [batch][height][width][channels]; both
 * branches end in the shape of y. Backward: both branches get dy, and what they give back adds up below. Tensors are named
 * "3.body.0.weight" and "3.projection.0.weight". He et al. 2016, "Deep residual learning for image recognition".
 */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import { type Layer, layerWhere, shapeText } from "../layer.js";
import type { LayerSpec } from "../spec.js";
import { copy } from "./noise.js";

const list = z.array(z.looseObject({ type: z.string() })).min(1);
const schema = z.strictObject({
  type: z.literal("residual"),
  body: list,
  /** The input as it is where absent. */
  projection: list.optional(),
});
export type ResidualSpec = z.infer<typeof schema>;

export const residual: Layer<ResidualSpec> = {
  type: "residual",
  summary: "the sum of a sub-net and its input",
  schema,
  fusesAbove: true,

  notation: {
    word: "residual",
    usage: "residual(BODY) or residual(BODY, PROJECTION)",
    read(sentence) {
      const [body, projection] = sentence.lists("a body, as in residual(conv 16x3 same >> relu)", 2) as [
        ResidualSpec["body"],
        ResidualSpec["body"]?,
      ];
      return { type: "residual", body, ...(projection && { projection }) };
    },
    write: ({ body, projection }, list) => `(${[body, ...(projection ? [projection] : [])].map(list).join(", ")})`,
  },

  branches: ({ body, projection = [] }): Record<string, readonly LayerSpec[]> => ({ body, projection }),

  output({ projection }, place) {
    const [body, other] = place.inputs;
    if (body.height !== other.height || body.width !== other.width || body.channels !== other.channels) {
      throw usageError({
        where: layerWhere(place, "residual"),
        expected: `a body and ${projection ? "a projection" : "an input"} of one shape`,
        got: `${shapeText(body)} and ${shapeText(other)}`,
        fix: projection ? "" : "Give it a projection, such as a 1x1 convolution with the body's stride and filters.",
      });
    }
    return body;
  },

  forward(_spec, { x, x2, y, activation, emit }) {
    emit("add", { a: x, b: x2 ?? x, y, n: y.features, activation });
  },

  operators(_spec, { inputs: [body, other], vector, apply, place, refuse }) {
    const [{ image }, { image: otherImage }] = place.inputs;
    if ((image === undefined) !== (otherImage === undefined)) throw refuse("a flattened image added to a plain vector");
    return body.kind === other.kind ? apply("Add", [body, other]) : apply("Add", [vector(body), vector(other)]);
  },

  backward(_spec, { dy, dx, dx2, emit }) {
    for (const to of [dx, dx2]) if (to) copy(dy, to, emit);
  },
};
