/**
 * The operators that an exported net is made of: a few of ONNX opset 17, with its names, attributes and meanings
 * (onnx.ai/onnx/operators). Layers and activations say themselves in these (`Layer.operators`, `Activation.operators`);
 * every format of an export follows from that.
 */

/** What reads a graph knows all of these; a new one is a name here, and its loops in `export/web/kernels.ts`. */
export const operatorNames = [
  "Add",
  "AveragePool",
  "BatchNormalization",
  "Conv",
  "Div",
  "Elu",
  "Erf",
  "Flatten",
  "Gemm",
  "GlobalAveragePool",
  "LeakyRelu",
  "Max",
  "MaxPool",
  "Mul",
  "ReduceL2",
  "ReduceMax",
  "ReduceMean",
  "ReduceMin",
  "Relu",
  "Reshape",
  "Sigmoid",
  "Softmax",
  "Sub",
  "Tanh",
] as const;
export type OperatorName = (typeof operatorNames)[number];

/** A tensor of the graph, by name. Maps are [batch, channels, height, width], vectors [batch, features] in the order C,H,W. */
export interface Value {
  readonly name: string;
  readonly kind: "map" | "vector" | "constant";
}

/** A number or a list is whole numbers; `real` is a float. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly real: number }>>;

/** Builds the graph node by node. */
export interface Operators {
  /** Appends a node. Its output is what its first input is, a map or a vector, unless `kind` says otherwise. */
  readonly apply: (
    operator: OperatorName,
    inputs: readonly Value[],
    attributes?: Attributes,
    kind?: "map" | "vector",
  ) => Value;
  /** A float32 tensor that is part of the graph; without a shape one number. */
  readonly constant: (values: readonly number[], shape?: readonly number[]) => Value;
  /** The value under another shape; 0 stands for the batch. */
  readonly reshape: (x: Value, shape: readonly number[], kind: "map" | "vector") => Value;
}
