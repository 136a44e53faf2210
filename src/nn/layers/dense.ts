/**
 * Dense (fully connected) layer: y = x W^T + b.
 *
 * x [batch][in], y [batch][out]; W [out, in] and b [out] as in PyTorch's nn.Linear. The net's own image is taken as it
 * is: its features are numbered C,H,W in the file, as after PyTorch's flatten. What a layer of images gives must be
 * flattened first.
 * Backward: dx = dy W, dW = dy^T x, db = sum over the minibatch of dy; dy already holds the mean over samples.
 */
import { z } from "zod";
import { panelVectors } from "../../kernels/backend.js";
import { elementwiseNames } from "../../kernels/operations.js";
import { usageError } from "../../errors.js";
import { rectifies } from "../initializers.js";
import { featureCount, type Layer, layerWhere, wholeWindow } from "../layer.js";

const schema = z.strictObject({ type: z.literal("dense"), units: z.number().int().min(1) });
export type DenseSpec = z.infer<typeof schema>;

export const dense: Layer<DenseSpec> = {
  type: "dense",
  summary: "fully connected layer",
  schema,
  fusesAbove: true,
  fusesBelow: true,
  wholeShard: true,

  notation: {
    word: "fc",
    usage: "fc UNITS",
    read: (a) => ({ type: "dense", units: a.integer("units", 1) }),
    write: ({ units }) => `${units}`,
  },

  output({ units }, place) {
    if (place.input.map) {
      throw usageError({
        where: layerWhere(place, "dense"),
        expected: `a vector, to make ${units} units of it`,
        got: `an image of ${place.input.height}x${place.input.width}x${place.input.channels}`,
        fix: `Put {"type": "flatten"} before it.`,
      });
    }
    return { height: 1, width: 1, channels: units };
  },

  parameters({ units }, { name, input, above }) {
    const fanIn = featureCount(input);
    return [
      {
        name: `${name}.weight`,
        shape: [units, fanIn],
        init: { kind: "weights", fanIn, fanOut: units, rectified: rectifies(above) },
        packing: { kind: "panels", k: fanIn, n: units, image: input.image ?? input, copy: "transposed" },
      },
      {
        name: `${name}.bias`,
        shape: [units],
        init: { kind: "constant", value: 0 },
        packing: { kind: "vector", n: units },
      },
    ];
  },

  // The owner of a tile packs its panel of dy here.
  buffers: (_spec, _place, { training, chunk, lanes }) =>
    training ? { panel: { scope: "rank", length: chunk * panelVectors * lanes } } : {},

  multiplyAdds: ({ units }, { input }) => featureCount(input) * units,
  window: (_spec, { input }) => wholeWindow(input),

  forward({ units }, { x, y, above, parameter, emit }) {
    emit("dense", {
      x: x.region,
      ldx: x.ld,
      w: parameter("weight").w,
      b: parameter("bias").w,
      y: y.region,
      ldy: y.ld,
      k: x.features,
      n: units,
      function: elementwiseNames.indexOf(above.name),
      slope: above.slope,
    });
  },

  backward({ units }, { x, dx, dy, below, parameter, emit }) {
    if (!dx) return;
    emit("denseBackward", {
      dy: dy.region,
      lddy: dy.ld,
      wt: parameter("weight").wt,
      dx: dx.region,
      lddx: dx.ld,
      y: x.region,
      ldy: x.ld,
      k: x.features,
      n: units,
      function: elementwiseNames.indexOf(below.name),
      slope: below.slope,
    });
  },

  // The owner of a tile computes it over all samples in order: no partial sums, nothing to add up, and the bytes do not
  // depend on who owns what.
  update({ units }, { x, dy, parameter, emit, optimizer, share, lanes, panelLanes, buffer }) {
    const weight = parameter("weight");
    const bias = parameter("bias");
    const unitsOfWork = Math.ceil(x.features / lanes) * Math.ceil(units / panelLanes);
    const [firstUnit, lastUnit] = share(unitsOfWork);
    emit("denseUpdate", {
      x: x.region,
      ldx: x.ld,
      dy: dy.region,
      lddy: dy.ld,
      w: weight.w,
      wt: weight.wt,
      g: weight.g,
      s: weight.state[0] ?? null,
      t: weight.state[1] ?? null,
      workspace: buffer("panel").region,
      k: x.features,
      n: units,
      firstUnit,
      lastUnit,
      optimizer,
    });
    const [firstVector, lastVector] = share(Math.ceil(units / lanes));
    emit("biasUpdate", {
      dy: dy.region,
      lddy: dy.ld,
      b: bias.w,
      g: bias.g,
      s: bias.state[0] ?? null,
      t: bias.state[1] ?? null,
      firstVector,
      lastVector,
      optimizer,
    });
  },
};
