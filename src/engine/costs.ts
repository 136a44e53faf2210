/** What the operations of a program cost and belong to: the layer and the pass of each, its multiply-adds, the bytes it moves. */
import { type Dtype, elementBytes } from "../base/numbers.js";
import type { InstructionName } from "../kernels/ops/index.js";
import type { ProgramPart } from "../kernels/program-writer.js";
import { losses } from "../losses/index.js";
import { featureCount } from "../nn/layer.js";
import { elementCount, type Net } from "../nn/net.js";
import type { Rule } from "../optim/optimizer.js";

export const passNames = ["data", "forward", "loss", "backward", "update", "wait"] as const;
export type PassName = (typeof passNames)[number];

/** What is the same work as another operation, divided among ranks in tiles. */
const inTiles: Partial<Record<InstructionName, InstructionName>> = {
  denseTiles: "dense",
  denseInputGradientTiles: "denseInputGradient",
};

/** The operation that does this one's work where a rank has samples of its own. */
export const bySamples = (operation: InstructionName): InstructionName => inTiles[operation] ?? operation;

/** Each of these goes over all multiply-adds of its layer once a step. */
const products = new Set<InstructionName>([
  "dense",
  "denseInputGradient",
  "denseUpdate",
  "conv",
  "convInputGradient",
  "convWeightGradient",
  "winograd",
  "winogradInputGradient",
  "winogradWeightGradient",
  "winogradUpdate",
]);
const partial = new Set<InstructionName>(["convWeightGradient", "winogradWeightGradient"]);

/** Whether an operation of these programs, of all ranks, multiplies as often as its layer's definition says. */
export function multipliers(byRank: readonly (readonly ProgramPart[])[]): (part: ProgramPart) => boolean {
  const inGroups = new Set(
    byRank
      .flat()
      .filter(({ operation }) => partial.has(operation))
      .map(({ layer }) => layer),
  );
  // The owner of a convolution's weights makes their gradient in its update.
  return ({ operation, layer }) =>
    products.has(bySamples(operation)) || (operation === "convUpdate" && !inGroups.has(layer));
}

/** Multiplications of the definition for each one that Winograd's F(4x4, 3x3) makes: 144 for 36. */
const winogradFactor = 4;

/** How many of the definition's multiplications one of the operation's own stands for. */
export const savedBy = (operation: InstructionName): number =>
  operation.startsWith("winograd") && products.has(operation) ? winogradFactor : 1;

/** How many times as fast an operation is for it, about: with their transforms Winograd's products take twice as long. */
export const lessBy = (operation: InstructionName): number => (savedBy(operation) > 1 ? savedBy(operation) / 2 : 1);

const lossOperations = new Set<string>(losses.map(({ operation }) => operation));

/** The pass that each operation of a program is part of, by its place. */
export function passesOf(parts: readonly Pick<ProgramPart, "operation" | "layer">[]): PassName[] {
  let forward = true;
  return parts.map(({ operation, layer }) => {
    if (operation === "barrier") return "wait";
    if (operation === "gather" || operation === "augment") return "data";
    if (/Update$/.test(operation)) return "update";
    const back = /(Gradient|Backward|Reduce)/.test(operation);
    if (layer === null && !back && operation !== "blocks") {
      if (lossOperations.has(operation)) forward = false;
      return "loss";
    }
    if (back) forward = false;
    return forward ? "forward" : "backward";
  });
}

export interface Traffic {
  readonly net: Net;
  readonly dtype: Dtype;
  /** Samples of a step. */
  readonly batchSize: number;
  readonly rule: Rule;
}

/**
 * The bytes that a pass of a layer moves at least: each tensor that it reads or writes counted once, though caches may save
 * some and blocks read weights again. `products`: how many of its operations go over the layer's multiply-adds.
 */
export function leastBytes(
  { net, dtype, batchSize, rule }: Traffic,
  layer: number,
  pass: PassName,
  products: number,
): number {
  const { place, output, parameters } = net.layers[layer];
  const inputs = place.inputs.reduce((sum, shape) => sum + featureCount(shape), 0);
  const activations = batchSize * (inputs + featureCount(output));
  const weights = parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const numbers = {
    data: 0,
    loss: 0,
    wait: 0,
    forward: activations + weights,
    backward: Math.max(1, products) * (activations + weights),
    // Weights and state are read and written; where the gradient is made here too, x and dL/dy are read.
    update: weights * (2 + 2 * rule.state.length) + products * activations,
  }[pass];
  return numbers * elementBytes(dtype);
}
