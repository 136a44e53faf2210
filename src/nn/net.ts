/** From a net as data to a net that is checked: shapes, parameters and counts of every layer. */
import type { ImageShape } from "../data/dataset.js";
import { usageError } from "../errors.js";
import { type Layer, type LayerPlace, shapeText } from "./layer.js";
import { layerOf } from "./layers/index.js";
import type { LayerSpec, NetSpec, ParameterSpec } from "./spec.js";

export interface NetLayer {
  readonly spec: LayerSpec;
  readonly layer: Layer;
  readonly place: LayerPlace;
  readonly output: ImageShape;
  readonly parameters: readonly ParameterSpec[];
  readonly multiplyAdds: number;
}

export interface Net {
  readonly spec: NetSpec;
  readonly layers: readonly NetLayer[];
  /** All learned tensors in model order. */
  readonly parameters: readonly ParameterSpec[];
  readonly parameterCount: number;
  /** Multiply-adds of one sample's forward pass. */
  readonly multiplyAdds: number;
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Throws `usageError` naming the layer where shapes or specs do not fit. */
export function resolveNet(spec: NetSpec): Net {
  let input = spec.input;
  const layers = spec.layers.map((layerSpec, index): NetLayer => {
    const layer = layerOf(layerSpec, index);
    const place: LayerPlace = { index, input, above: spec.layers[index + 1] };
    const output = layer.output(layerSpec, place);
    input = output;
    return {
      spec: layerSpec,
      layer,
      place,
      output,
      parameters: layer.parameters(layerSpec, place),
      multiplyAdds: layer.multiplyAdds(layerSpec, place),
    };
  });
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
    parameterCount: parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
  };
}

/** Floating-point operations of one sample: forward, dw, and dx but for the first layer with parameters. */
export function stepOperations({ layers }: Net): number {
  const costs = layers.map(({ multiplyAdds }) => multiplyAdds).filter((cost) => cost > 0);
  return costs.reduce((sum, cost, i) => sum + 2 * cost * (i === 0 ? 2 : 3), 0);
}
