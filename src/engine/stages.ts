/**
 * From layers to stages. A stage is what lies between two tensors: the layer that lowers itself, with the elementwise
 * function and the pooling above it that it takes over, and with layers that leave memory as it is.
 */
import { activationOf, type Elementwise, identity } from "../kernels/activations/index.js";
import { featureCount } from "../nn/layer.js";
import type { Pooling } from "../nn/lowering.js";
import { elementCount, type Net, type NetLayer } from "../nn/net.js";
import type { FeatureShape } from "../nn/spec.js";
import { type Assignment, ruleNumber } from "./assignment.js";

/**
 * `blocks`: a few samples, small enough to stay in the cache from layer to layer · `wide`: many, where the weights are much
 * larger than the activations of a sample, and are read once for each time · `shards`: all of a rank's samples.
 */
export type Extent = "blocks" | "wide" | "shards";

/** Weights so many times larger than the activations of a sample want many samples at a time. */
const wideFrom = 16;

export interface Stage {
  readonly main: NetLayer;
  /** Position of `main` in the net. */
  readonly position: number;
  /** Positions in the net of all layers that this stage is. */
  readonly layers: readonly number[];
  /** The stages that feed it; -1 is the image. */
  readonly inputs: readonly number[];
  /** The stages that it feeds, in order. */
  readonly consumers: readonly number[];
  readonly output: FeatureShape;
  /** The function that `main` applies, and the pooling after that. */
  readonly activation: Elementwise;
  readonly pool: Pooling | null;
  /** How many samples go through it at a time, with its neighbors of the same kind. */
  readonly extent: Extent;
  /** Some parameter at or below it is learned: dL/d output is wanted. */
  readonly learns: boolean;
  /** It runs as in scoring, in training too. */
  readonly frozen: boolean;
}

interface Draft extends Stage {
  readonly layers: number[];
  readonly consumers: number[];
  output: FeatureShape;
  activation: Elementwise;
  pool: Pooling | null;
}

export function makeStages(net: Net, assignment: Assignment | null = null): Stage[] {
  const trains = ({ parameters }: NetLayer): boolean =>
    assignment ? parameters.some((spec) => ruleNumber(spec, assignment) !== null) : parameters.length > 0;
  const fed = net.layers.map((_, i) => net.layers.filter(({ inputs }) => inputs.includes(i)).length);
  const stages: Draft[] = [];
  /** The stage whose output is a layer's output. */
  const stageOf: number[] = [];
  const stageAt = (position: number): number => (position < 0 ? -1 : stageOf[position]);

  for (const [position, layer] of net.layers.entries()) {
    const inputs = layer.inputs.map(stageAt);
    const below = inputs[0] < 0 ? undefined : stages[inputs[0]];
    // The stage below can take this layer over where nothing else sees what is between them.
    const alone = below?.layers.at(-1) === layer.inputs[0] && fed[layer.inputs[0]] === 1;
    if (layer.layer.vanishes || (below && alone && takesOver(below, layer))) {
      stageOf.push(inputs[0]);
      if (!below) continue;
      below.layers.push(position);
      below.output = layer.output;
      continue;
    }
    stageOf.push(stages.length);
    for (const input of new Set(inputs)) if (input >= 0) stages[input].consumers.push(stages.length);
    const { height, width } = layer.place.input;
    stages.push({
      main: layer,
      position,
      layers: [position],
      inputs,
      consumers: [],
      output: layer.output,
      activation: identity,
      pool: null,
      // A convolution's gradients are summed in groups, of one pixel too.
      extent:
        layer.layer.wholeShard || (height === 1 && width === 1 && !layer.layer.fusesPool && !layer.layer.backwardGroups)
          ? "shards"
          : extentOf(layer, below),
      learns: trains(layer) || inputs.some((input) => input >= 0 && stages[input].learns),
      frozen: assignment?.frozen.has(position) ?? false,
    });
  }
  return stages;
}

/** Of a stage on maps: by its weights, or as the stage below it. */
function extentOf({ parameters, place, output }: NetLayer, below: Stage | undefined): Extent {
  const weights = parameters.filter(({ packing }) => packing.kind === "panels");
  if (weights.length === 0) return below?.extent === "wide" ? "wide" : "blocks";
  const size = weights.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return size > wideFrom * (featureCount(place.input) + featureCount(output)) ? "wide" : "blocks";
}

/** Makes the layer part of the stage below it where that can be. */
function takesOver(below: Draft, { layer, spec, place }: NetLayer): boolean {
  const { main } = below;
  if (below.pool) return false;
  const activation = layer.elementwise?.(spec);
  if (activation && activationOf(activation.name).kept === "y" && main.layer.fusesAbove && below.layers.length === 1) {
    below.activation = activation;
    return true;
  }
  const pool = main.layer.fusesPool ? (layer.pooling?.(spec, place) ?? null) : null;
  below.pool = pool;
  return pool !== null;
}

/** Whether it needs the whole minibatch in the middle of a pass of training. */
export const isSynchronous = ({ main, frozen }: Pick<Stage, "main" | "frozen">): boolean =>
  main.layer.synchronous !== undefined && !frozen;

/** The consumer whose dx already holds the derivative of this stage's function; -1 where a pass of its own is needed. */
export function fusedConsumer(stages: readonly Stage[], index: number): number {
  const { consumers } = stages[index];
  const [only] = consumers;
  return consumers.length === 1 && stages[only].main.layer.fusesBelow ? only : -1;
}

/**
 * The part of the backward pass that each stage's `backward` falls into: parts end where blocks of samples turn into whole
 * shards, and at barriers.
 */
export function backwardParts(stages: readonly Stage[]): number[] {
  const parts: number[] = [];
  let part = 0;
  for (let i = stages.length - 1; i >= 0; i--) {
    const above: Stage | undefined = stages[i + 1];
    if (above && (stages[i].main.layer.synchronous || above.extent !== stages[i].extent)) part++;
    parts[i] = part;
  }
  return parts;
}
