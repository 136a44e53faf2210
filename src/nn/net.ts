/** From a net as data to a net that is checked: shapes, parameters and counts of every layer. */
import { usageError } from "../base/errors.js";
import { type Layer, type LayerPlace, layerWhere, shapeText } from "./layer.js";
import { layerOf } from "./layers/index.js";
import { softmaxAsPublished } from "./layers/softmax.js";
import type { FeatureShape, LayerSpec, NetSpec, ParameterSpec } from "./spec.js";

export interface NetLayer {
  readonly spec: LayerSpec;
  readonly layer: Layer;
  readonly place: LayerPlace;
  /** What feeds it: positions in the net's list of layers; -1 is the image. */
  readonly inputs: readonly number[];
  readonly output: FeatureShape;
  /** Learned tensors and running statistics. */
  readonly parameters: readonly ParameterSpec[];
  readonly multiplyAdds: number;
}

export interface Net {
  readonly spec: NetSpec;
  /** Every layer after those that feed it; the layers of a composite layer's branches come right before it. */
  readonly layers: readonly NetLayer[];
  /** All tensors of the model file, in model order. */
  readonly parameters: readonly ParameterSpec[];
  /** Learned numbers, and running statistics, which count apart. */
  readonly parameterCount: number;
  readonly statisticCount: number;
  /** Multiply-adds of one sample's forward pass. */
  readonly multiplyAdds: number;
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
const countOf = (parameters: readonly ParameterSpec[]): number =>
  parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);

/** No net that is meant comes near these; a few lines of text can mean one that fills every memory. */
export const layerLimit = 10_000;
export const depthLimit = 64;

/** Throws `usageError` for a layer too many, or too deep in branches. */
function checkExtent(name: string, count: number, depth: number): void {
  const where = `layer ${name.length > 80 ? `${name.slice(0, 80)}…` : name}`;
  if (depth > depthLimit) {
    throw usageError({ where, expected: `layers at most ${depthLimit} deep in others`, got: "a deeper one" });
  }
  if (count >= layerLimit) {
    throw usageError({ where, expected: `at most ${layerLimit} layers in all`, got: "more" });
  }
}

/** Of each layer of a list the next that is not passive: there, or after the list. */
function followersOf(layers: readonly Layer[], follower: Layer | undefined): readonly (Layer | undefined)[] {
  let next = follower;
  return layers
    .toReversed()
    .map((layer) => {
      const after = next;
      if (!layer.passive) next = layer;
      return after;
    })
    .reverse();
}

/**
 * Appends the layers of one list, and of the branches of its composite layers; returns what the last one is. `follower`
 * comes after the list, where it is a branch.
 */
function resolveLayers(
  specs: readonly LayerSpec[],
  prefix: string,
  from: number,
  input: FeatureShape,
  layers: NetLayer[],
  follower?: Layer,
  depth = 0,
): number {
  checkExtent(`${prefix}${specs.length - 1}`, layers.length + specs.length - 1, depth);
  const known = specs.map((spec, i) => layerOf(spec, `${prefix}${i}`));
  const followers = followersOf(known, follower);
  const shapeOf = (position: number): FeatureShape => (position === from ? input : layers[position].output);
  let last = from;
  for (const [i, spec] of specs.entries()) {
    const name = `${prefix}${i}`;
    checkExtent(name, layers.length, depth);
    const [layer, next] = [known[i], followers[i]];
    const branches = Object.entries(layer.branches?.(spec) ?? {});
    const inputs = branches.map(([branch, list]) =>
      resolveLayers(list, `${name}.${branch}.`, last, shapeOf(last), layers, next, depth + 1),
    );
    if (inputs.length === 0) inputs.push(last);
    const place: LayerPlace = {
      name,
      inputs: inputs.map((position) => (position === last ? shapeOf(last) : layers[position].output)),
      input: inputs[0] === last ? shapeOf(last) : layers[inputs[0]].output,
      rectified: next?.rectifies === true,
    };
    const output = layer.output(spec, place);
    const parameters = layer.parameters?.(spec, place) ?? [];
    const multiplyAdds = layer.multiplyAdds?.(spec, place) ?? 0;
    layers.push({ spec, layer, place, inputs, output, parameters, multiplyAdds });
    last = layers.length - 1;
  }
  return last;
}

/** What a list of layers gives for an input. Throws `usageError` naming the layer where shapes or specs do not fit. */
export function outputOf(specs: readonly LayerSpec[], input: FeatureShape): FeatureShape {
  const layers: NetLayer[] = [];
  const last = resolveLayers(specs, "", -1, input, layers);
  return last < 0 ? input : layers[last].output;
}

/** The layer that no list of layers can hold. */
function softmaxAfter(last: number, input: FeatureShape, name: string): NetLayer {
  const place: LayerPlace = { name, inputs: [input], input, rectified: false };
  const layer = softmaxAsPublished as unknown as Layer;
  return { spec: { type: "softmax" }, layer, place, inputs: [last], output: input, parameters: [], multiplyAdds: 0 };
}

/** Throws `usageError` naming the layer where shapes or specs do not fit. */
export function resolveNet(spec: NetSpec): Net {
  const layers: NetLayer[] = [];
  const last = resolveLayers(spec.layers, "", -1, spec.input, layers);
  const input = last < 0 ? spec.input : layers[last].output;
  if (spec.doubledSoftmax) layers.push(softmaxAfter(last, input, `${spec.layers.length}`));
  if (input.height !== 1 || input.width !== 1 || input.channels !== spec.classes) {
    throw usageError({
      where: `the net's last layer (${spec.layers.at(-1)?.type ?? "none"})`,
      expected: `${spec.classes} outputs, one per class`,
      got: shapeText(input),
      fix: `End the net with a dense layer of ${spec.classes} units.`,
    });
  }
  const parameters = layers.flatMap((layer) => layer.parameters);
  return {
    spec,
    layers,
    parameters,
    parameterCount: countOf(parameters.filter(({ learned }) => learned !== false)),
    statisticCount: countOf(parameters.filter(({ learned }) => learned === false)),
    multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
  };
}

/**
 * Floating-point operations of one sample: forward, dw but of `frozen` positions, and dx where a layer with parameters below is
 * trained.
 */
export function stepOperations({ layers }: Net, frozen: ReadonlySet<number> = new Set()): number {
  let [sum, isTrainedBelow] = [0, false];
  for (const [position, { multiplyAdds }] of layers.entries()) {
    if (multiplyAdds === 0) continue;
    const isTrained = !frozen.has(position);
    sum += 2 * multiplyAdds * (1 + Number(isTrained) + Number(isTrainedBelow));
    isTrainedBelow ||= isTrained;
  }
  return sum;
}

/**
 * Refuses minibatches, the last partial one too, that a layer can not train on: batch norm wants two values a channel.
 * Throws `usageError` naming the layer.
 */
export function checkMinibatches({ layers }: Net, batchSize: number, samples: number): void {
  const last = samples % batchSize || batchSize;
  for (const { spec, layer, place } of layers) {
    const least = layer.leastBatch?.(spec, place) ?? 1;
    if (last >= least) continue;
    const better = [batchSize - 1, batchSize + 1, batchSize + 2].find(
      (size) => size >= least && samples > least && (samples % size || size) >= least,
    );
    throw usageError({
      where: layerWhere(place, spec.type),
      expected: `at least ${least} samples in every minibatch of training`,
      got:
        last === batchSize
          ? `batches of ${last}`
          : `${last} in the last (${samples} samples in batches of ${batchSize})`,
      fix: better === undefined ? "Use a larger --batch-size." : `Use --batch-size ${better}.`,
    });
  }
}
