/** A graph as an ONNX file. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { usageError } from "../../base/errors.js";
import { bytesOf } from "../../base/numbers.js";
import { bytes } from "../../base/text.js";
import { version } from "../../base/version.js";
import type { Attributes } from "../../kernels/operators.js";
import { type Graph, type GraphTensor, inputName, logitsName, probabilitiesName, weightBytes } from "../graph.js";
import { inputText } from "../preprocess.js";
import {
  type AttributeProtoSchema,
  ModelProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb.js";

/** What runtimes of several years read: onnxruntime from 1.12 on. */
export const irVersion = 8;
export const opset = 17;
const [float32, int64] = [1, 7];
const [aFloat, anInteger, integers] = [1, 2, 7];
/** Protocol buffers end at 2 GiB; the rest of the file takes far less than this. */
const mostWeights = 2 ** 31 - 2 ** 24;

/** The file's bytes; equal models give equal bytes. Throws `usageError` for more than the format holds. */
export function encodeOnnx(graph: Graph): Uint8Array[] {
  const size = weightBytes(graph);
  if (size > mostWeights) {
    throw usageError({
      where: "--to onnx",
      expected: `at most ${bytes(mostWeights)} of weights, as one ONNX file holds`,
      got: bytes(size),
    });
  }
  const { model, preprocessing: inside } = graph;
  const { preprocessing, classNames, architecture, provenance } = model;
  const { channels, height, width } = preprocessing;
  const input = inputText(preprocessing, inside);
  // One key each; programs that want nothing else read classNames.
  const metadata = {
    classNames: JSON.stringify(classNames),
    input,
    range: JSON.stringify([0, preprocessing.maximum]),
    layout: "NCHW",
    preprocessingInside: String(inside),
    preprocessing: JSON.stringify(preprocessing),
    architecture: JSON.stringify(architecture),
    provenance: JSON.stringify(provenance),
  };
  const message = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: "heddle",
    producerVersion: version(),
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: provenance.model.slice(0, 200),
      node: graph.nodes.map(({ operator, inputs, output, attributes }) => ({
        name: output,
        opType: operator,
        input: inputs,
        output: [output],
        attribute: attributesOf(attributes),
      })),
      initializer: graph.tensors.map(tensorOf),
      input: [valueOf(inputName, [channels, height, width], input)],
      output: [
        valueOf(logitsName, [classNames.length], "before the softmax"),
        valueOf(probabilitiesName, [classNames.length], "one per class, in the order of classNames"),
      ],
    },
  });
  return [toBinary(ModelProtoSchema, message)];
}

const attributesOf = (attributes: Attributes): MessageInitShape<typeof AttributeProtoSchema>[] =>
  Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "number") return { name, type: anInteger, i: BigInt(value) };
    if ("real" in value) return { name, type: aFloat, f: value.real };
    return { name, type: integers, ints: value.map(BigInt) };
  });

function tensorOf({ name, shape, data }: GraphTensor): MessageInitShape<typeof TensorProtoSchema> {
  const dims = shape.map(BigInt);
  if (data instanceof Float32Array) return { name, dims, dataType: float32, rawData: bytesOf(data) };
  return { name, dims, dataType: int64, rawData: bytesOf(BigInt64Array.from(data, BigInt)) };
}

/** Any number of images: the batch has a name and no size. */
const valueOf = (
  name: string,
  shape: readonly number[],
  docString: string,
): MessageInitShape<typeof ValueInfoProtoSchema> => ({
  name,
  docString,
  type: {
    value: {
      case: "tensorType",
      value: {
        elemType: float32,
        shape: {
          dim: [
            { value: { case: "dimParam", value: "N" } },
            ...shape.map((size) => ({ value: { case: "dimValue" as const, value: BigInt(size) } })),
          ],
        },
      },
    },
  },
});
