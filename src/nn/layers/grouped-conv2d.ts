/**
 * Convolution in groups: the channels and the filters are cut into `groups` equal parts, and a filter sees the channels of its
 * own part alone, as PyTorch's nn.Conv2d with groups; with as many groups as channels and filters it is depthwise (Howard et
 * al. 2017). z[i][j][f] = b[f] + sum over ky, kx and the channels c of f's group of W[f][c][ky][kx] x[i s + ky - p][j s + kx - p][c].
 *
 * x [batch][height][width][channels], y [batch][outHeight][outWidth][filters]; W [filters, channels / groups, kernelHeight,
 * kernelWidth] and b [filters] as in PyTorch. Gradients as those of `conv2d.ts`, by the definition, summed in groups of samples.
 */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import { pairOf, readSliding, slide, slidingAttributes, slidingGeometry, slidingWords, windowOf } from "../geometry.js";
import { type Layer, layerWhere } from "../layer.js";
import { sizeOf, sizeText } from "../notation.js";
import type { FeatureShape, ParameterSpec } from "../spec.js";
import { biasWork, schema as convSchema, geometryOf, slidingOf } from "./conv-spec.js";

const schema = convSchema.extend({
  type: z.literal("grouped-conv2d"),
  /** Equal parts of channels and of filters. */
  groups: z.number().int().min(1).max(65536),
});
export type GroupedConv2dSpec = z.infer<typeof schema>;

/** The sizes that kernels read, and the groups, which are pieces there: groups are of samples. */
const sizesOf = (spec: GroupedConv2dSpec, input: FeatureShape) => ({ ...geometryOf(spec, input), pieces: spec.groups });

export const groupedConv2d: Layer<GroupedConv2dSpec> = {
  type: "grouped-conv2d",
  summary: "convolution in groups of channels; depthwise with as many as channels",
  schema,
  fusesAbove: true,
  fusesBelow: true,

  notation: {
    word: "gconv",
    usage: "gconv FILTERSxKERNEL GROUPS [same | pad N] [stride N] [nobias]",
    read(sentence) {
      const [filters, ...size] = sentence.sizes("filters x kernel size, as in gconv 32x3 32", 2, 3);
      const groups = sentence.integer("groups, as in gconv 32x3 32", 1);
      const spec = { type: "grouped-conv2d" as const, filters, kernel: sizeOf(size), groups, ...readSliding(sentence) };
      return sentence.oneOf("nobias") === undefined ? spec : { ...spec, bias: false };
    },
    write({ filters, kernel, groups, bias = true, ...rest }) {
      const words = [`${filters}x${sizeText(kernel)}`, groups, ...slidingWords(rest), ...(bias ? [] : ["nobias"])];
      return words.join(" ");
    },
  },

  output(spec, place) {
    const { filters, groups } = spec;
    const { channels } = place.input;
    if (filters % groups !== 0 || channels % groups !== 0) {
      const expected = `channels and filters that ${groups} groups divide`;
      const where = layerWhere(place, "grouped-conv2d");
      throw usageError({ where, expected, got: `${channels} channels and ${filters} filters` });
    }
    const { outHeight: height, outWidth: width } = slide(slidingOf(spec), "grouped-conv2d", place);
    return { height, width, channels: filters, map: true };
  },

  withBias: (spec) => ({ ...spec, bias: true }),

  parameters({ filters, kernel, groups, bias = true }, { name, input, rectified }) {
    const [height, width] = pairOf(kernel);
    const [taps, channels] = [height * width, input.channels / groups];
    const weight: ParameterSpec = {
      name: `${name}.weight`,
      shape: [filters, channels, height, width],
      init: { kind: "weights", fanIn: taps * channels, fanOut: (taps * filters) / groups, rectified },
      packing: { kind: "panels", k: taps * channels, n: filters, image: { height, width, channels }, copy: "none" },
    };
    if (!bias) return [weight];
    const init = { kind: "constant", value: 0 } as const;
    return [weight, { name: `${name}.bias`, shape: [filters], init, packing: { kind: "vector", n: filters } }];
  },

  multiplyAdds(spec, { input }) {
    const { outHeight, outWidth, kernelHeight, kernelWidth, channels, pieces } = sizesOf(spec, input);
    return (outHeight * outWidth * spec.filters * kernelHeight * kernelWidth * channels) / pieces;
  },

  window: (spec, { input }) => windowOf(slidingGeometry(slidingOf(spec), input)),

  forward(spec, { input, x, y, activation, parameter, emit }) {
    const b = spec.bias === false ? null : parameter("bias").w;
    emit("groupedConv", { x, w: parameter("weight").w, b, y, ...sizesOf(spec, input), activation });
  },

  operators(spec, { x, map, apply, parameter, place: { input } }) {
    const bias = spec.bias === false ? [] : [parameter("bias")];
    const attributes = { ...slidingAttributes(slidingGeometry(slidingOf(spec), input), input), group: spec.groups };
    return apply("Conv", [map(x), parameter("weight"), ...bias], attributes);
  },

  backwardGroups(spec, { input, x, dy, output, lanes, panelLanes, slices, parameter, emit }) {
    const g = parameter("weight").partials;
    const pixels = output.height * output.width;
    if (g) {
      const { kernelHeight, kernelWidth, channels, pieces, ...rest } = sizesOf(spec, input);
      const work = Array.from(
        { length: Math.ceil(spec.filters / panelLanes) },
        (_, panel) =>
          (pixels * kernelHeight * kernelWidth * channels * Math.min(panelLanes, spec.filters - panel * panelLanes)) /
          pieces,
      );
      const sizes = { kernelHeight, kernelWidth, channels, pieces, ...rest };
      emit("groupedWeightGradient", { x, dy, g, ...sizes, slices: slices(work) });
    }
    const db = spec.bias === false ? null : parameter("bias").partials;
    if (!db) return;
    const own = slices(biasWork(spec.filters, pixels, lanes));
    emit("biasGradient", { dy, g: db, pixels, channels: spec.filters, slices: own });
  },

  backward(spec, { input, x, dy, dx, inputActivation: activation, parameter, emit }) {
    if (dx)
      emit("groupedInputGradient", { dy, w: parameter("weight").w, dx, y: x, ...sizesOf(spec, input), activation });
  },

  update(spec, { input, lanes, groups, share, parameter, emit }) {
    const { kernelHeight, kernelWidth, channels, pieces } = sizesOf(spec, input);
    const depth = kernelHeight * kernelWidth * (channels / pieces);
    const vectors = Math.ceil(spec.filters / lanes);
    for (const [name, count] of [
      ["weight", depth * vectors],
      ...(spec.bias === false ? [] : [["bias", vectors] as const]),
    ] as const) {
      const { w: b, partials: g, state, optimizer, trained } = parameter(name);
      if (trained) emit("vectorUpdate", { g, groups, b, state, vectors: share(count), optimizer });
    }
  },
};
