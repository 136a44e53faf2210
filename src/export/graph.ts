/** A model as a graph of standard operators, in memory: what each format writes in its own way. */
import { type HeddleError, usageError } from "../base/errors.js";
import type { FloatArray } from "../base/numbers.js";
import { netOf } from "../inference/model-net.js";
import type { Attributes, OperatorName, Operators, Value } from "../kernels/operators.js";
import type { ModelFile, ModelMetadata } from "../model/model-file.js";
import { type LayerGraph, layerWhere } from "../nn/layer.js";
import { elementCount } from "../nn/net.js";
import type { FeatureShape } from "../nn/spec.js";
import { preprocess } from "./preprocess.js";

export interface GraphNode {
  readonly operator: OperatorName;
  readonly inputs: string[];
  output: string;
  readonly attributes: Attributes;
}

export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Float32 numbers, or the whole numbers of a shape. */
  readonly data: Float32Array | readonly number[];
}

export interface Graph {
  /** Each after those that feed it. From `images` [batch, channels, height, width] to `logits` and `probabilities`. */
  readonly nodes: readonly GraphNode[];
  readonly tensors: readonly GraphTensor[];
  readonly model: ModelMetadata;
  /** Raw pixel values go in; else prepared numbers. */
  readonly preprocessing: boolean;
  /** What the user should know. */
  readonly notes: readonly string[];
}

export const [inputName, logitsName, probabilitiesName] = ["images", "logits", "probabilities"] as const;

class Builder implements Operators {
  readonly nodes: GraphNode[] = [];
  readonly tensors: GraphTensor[] = [];
  /** Of the layer that is being written: names tell where a node comes from. */
  scope = "";
  readonly #taken = new Set<string>([inputName, logitsName, probabilitiesName]);

  readonly apply = (
    operator: OperatorName,
    inputs: readonly Value[],
    attributes: Attributes = {},
    kind: "map" | "vector" = inputs[0].kind === "vector" ? "vector" : "map",
  ): Value => {
    const output = this.#free(operator);
    this.nodes.push({ operator, inputs: inputs.map(({ name }) => name), output, attributes });
    return { name: output, kind };
  };

  readonly constant = (values: readonly number[], shape: readonly number[] = []): Value =>
    this.add({ name: this.#free("constant"), shape, data: Float32Array.from(values) });

  readonly reshape = (x: Value, shape: readonly number[], kind: "map" | "vector"): Value => {
    const to = this.add({ name: this.#free("shape"), shape: [shape.length], data: shape });
    return this.apply("Reshape", [x, to], {}, kind);
  };

  add(tensor: GraphTensor): Value {
    this.tensors.push(tensor);
    return { name: tensor.name, kind: "constant" };
  }

  /** The output of a node under another name, wherever it is read. */
  rename(from: string, to: string): void {
    for (const node of this.nodes) {
      if (node.output === from) node.output = to;
      for (const [i, input] of node.inputs.entries()) if (input === from) node.inputs[i] = to;
    }
  }

  #free(what: string): string {
    const name = `${this.scope}/${what}`;
    let [free, count] = [name, 1];
    while (this.#taken.has(free)) free = `${name}_${++count}`;
    this.#taken.add(free);
    return free;
  }
}

/** Throws HeddleError where the file's net is none we know, or has what a graph cannot hold. */
export function graphOf(file: ModelFile, { preprocessing }: { readonly preprocessing: boolean }): Graph {
  const { net, dtype, tensors } = netOf(file);
  const builder = new Builder();
  const narrowed = tensors.map((tensor, i) => narrow(tensor, net.parameters[i].name));
  const parameters = new Map(
    net.parameters.map(({ name, shape }, i) => [name, { name, shape, data: narrowed[i].data }] as const),
  );
  const images: Value = { name: inputName, kind: "map" };
  builder.scope = "preprocessing";
  const start = preprocessing ? preprocess(images, builder, file.model.preprocessing) : images;

  const outputs: Value[] = [];
  const shapeAt = (position: number): FeatureShape => (position < 0 ? net.spec.input : net.layers[position].output);
  for (const { spec, layer, place, inputs } of net.layers) {
    builder.scope = place.name;
    const given = inputs.map((position) => (position < 0 ? start : outputs[position]));
    const { height, width, channels } = shapeAt(inputs[0]);
    const { apply, constant, reshape } = builder;
    const graph: LayerGraph = {
      apply,
      constant,
      reshape,
      place,
      x: given[0],
      inputs: given,
      parameter: (last) => builder.add(parameters.get(`${place.name}.${last}`)!),
      map: (x) => (x.kind === "map" ? x : reshape(x, [0, channels, height, width], "map")),
      vector: (x) => (x.kind === "vector" ? x : apply("Flatten", [x], { axis: 1 }, "vector")),
      refuse: (why) => refused(layerWhere(place, spec.type), why),
    };
    outputs.push(layer.operators(spec, graph));
  }
  builder.scope = "output";
  const last = outputs[outputs.length - 1];
  const logits = last.kind === "vector" ? last : builder.apply("Flatten", [last], { axis: 1 }, "vector");
  builder.rename(logits.name, logitsName);
  const probabilities = builder.apply("Softmax", [{ ...logits, name: logitsName }], { axis: 1 });
  builder.rename(probabilities.name, probabilitiesName);
  const notes = dtype === "f64" ? [narrowedText(Math.max(...narrowed.map(({ difference }) => difference)))] : [];
  return { nodes: builder.nodes, tensors: builder.tensors, model: file.model, preprocessing, notes };
}

/** As float32: runtimes have no convolution of doubles. Throws `usageError` where that would be infinite. */
function narrow(data: FloatArray, name: string): { data: Float32Array; difference: number } {
  if (data instanceof Float32Array) return { data, difference: 0 };
  const narrowed = Float32Array.from(data);
  const lost = narrowed.findIndex((value) => !Number.isFinite(value));
  if (lost >= 0) {
    throw usageError({ where: `tensor ${name}`, expected: "numbers that float32 holds", got: `${data[lost]}` });
  }
  const difference = data.reduce((most, value, i) => Math.max(most, Math.abs(value - narrowed[i])), 0);
  return { data: narrowed, difference };
}

const narrowedText = (difference: number): string =>
  `The f64 weights were rounded to float32: the largest difference is ${difference.toPrecision(2)}.`;

const refused = (where: string, got: string): HeddleError =>
  usageError({ where, expected: "a layer that standard operators can say", got });

/** Bytes of all tensors of floats. */
export const weightBytes = ({ tensors }: Graph): number =>
  tensors.reduce((sum, { shape, data }) => sum + (data instanceof Float32Array ? elementCount(shape) * 4 : 0), 0);
