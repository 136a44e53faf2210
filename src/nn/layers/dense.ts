/**
 * Dense (fully connected) layer: y = x W^T + b.
 *
 * x [batch][in], y [batch][out]; W [out, in] and b [out] as in PyTorch's nn.Linear. The net's own image is taken as it
 * is: its features are numbered C,H,W in the file, as after PyTorch's flatten. What a layer of images gives must be
 * flattened first.
 * Backward: dx = dy W, dW = dy^T x, db = sum over the minibatch of dy; dy already holds the mean over samples.
 */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import { panelVectors } from "../../kernels/layout.js";
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
  dividesTiles: true,

  notation: {
    word: "fc",
    usage: "fc UNITS",
    // The last one of a sentence has as many as there are classes.
    bare: { type: "dense", units: 128 },
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

  withBias: (spec) => spec,

  parameters({ units }, { name, input, rectified }) {
    const fanIn = featureCount(input);
    return [
      {
        name: `${name}.weight`,
        shape: [units, fanIn],
        init: { kind: "weights", fanIn, fanOut: units, rectified },
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

  forward({ units }, { x, y, activation, parameter, tiles, emit }) {
    const values = { x, w: parameter("weight").w, b: parameter("bias").w, y, k: x.features, n: units, activation };
    const own = tiles("forward");
    if (own) emit("denseTiles", { ...values, ...own });
    else emit("dense", values);
  },

  operators: (_spec, { x, vector, apply, parameter }) =>
    apply("Gemm", [vector(x), parameter("weight"), parameter("bias")], { transB: 1 }),

  backward({ units }, { x, dx, dy, inputActivation: activation, parameter, tiles, emit }) {
    if (!dx) return;
    const values = { dy, wt: parameter("weight").wt, dx, y: x, k: x.features, n: units, activation };
    const own = tiles("backward");
    if (own) emit("denseInputGradientTiles", { ...values, ...own });
    else emit("denseInputGradient", values);
  },

  // The owner of a tile computes it over all samples in order: no partial sums, nothing to add up, and the bytes do not
  // depend on who owns what.
  update({ units: n }, { x, dy, parameter, emit, share, owned, lanes, panelLanes, buffer }) {
    const [weight, { w: b, g, state, optimizer, trained }] = [parameter("weight"), parameter("bias")];
    if (weight.trained) {
      const units = owned(weight, unitCount(x.features, n, lanes, panelLanes));
      emit("denseUpdate", { x, dy, ...weight, workspace: buffer("panel"), k: x.features, n, units });
    }
    if (trained) emit("biasUpdate", { dy, b, g, state, vectors: share(Math.ceil(n / lanes)), optimizer });
  },

  renew({ units: n }, { x: { features: k }, parameter, emit, share, lanes, panelLanes }) {
    const { w, wt } = parameter("weight");
    if (wt) emit("denseCopyUpdate", { w, wt, k, n, units: share(unitCount(k, n, lanes, panelLanes)) });
  },
};

const unitCount = (k: number, n: number, lanes: number, panelLanes: number): number =>
  Math.ceil(k / lanes) * Math.ceil(n / panelLanes);
