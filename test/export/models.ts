/** Models to export without training any: a net with weights of its own, and what Heddle's engine answers to images. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dtype, FloatArray } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import type { Preprocessing } from "../../src/data/preprocessing.js";
import type { GraphTensor } from "../../src/export/graph.js";
import { graphOf } from "../../src/export/graph.js";
import type { Kernels, Tensor } from "../../src/export/web/kernels.js";
import { runGraph } from "../../src/export/web/run.js";
import type { ModelFile } from "../../src/model/model-file.js";
import type { Net } from "../../src/nn/net.js";
import type { NetSpec } from "../../src/nn/spec.js";
import { configure, engineOf, standardized, weightsOf } from "../contract/lab.js";
import { formulaDataset } from "../golden/formula.js";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Given {
  readonly dtype?: Dtype;
  readonly preprocessing?: Preprocessing;
  readonly tensors?: readonly FloatArray[];
  readonly classNames?: readonly string[];
}

export function modelOf(net: Net, given: Given = {}): ModelFile {
  const { dtype = "f32", preprocessing = standardized(net.spec.input) } = given;
  const tensors = given.tensors ?? weightsOf(net, dtype);
  return {
    path: "model.safetensors",
    checked: true,
    metadata: {},
    tensors: net.parameters.map(({ name, shape }, i) => ({
      name,
      shape,
      dtype: dtype === "f64" ? "F64" : "F32",
      data: tensors[i],
    })),
    model: {
      schema: 1,
      architecture: net.spec,
      preprocessing,
      classNames: given.classNames ?? Array.from({ length: net.spec.classes }, (_, label) => `class ${label}`),
      provenance: { model: "test", dataset: "formula", seed: 0, notes: [] },
    },
  };
}

/** Images as bytes, channels last. */
export function imagesOf({ input }: NetSpec, count: number): Uint8Array {
  return formulaDataset(count, input, 255).train.images;
}

/** The same as a runtime wants them: float32, channels first. */
export function channelsFirst(images: Uint8Array, { height, width, channels }: NetSpec["input"]): Tensor {
  const pixels = height * width;
  const count = images.length / (pixels * channels);
  const data = new Float32Array(images.length);
  for (let i = 0; i < count * pixels; i++) {
    const [sample, pixel] = [Math.floor(i / pixels), i % pixels];
    for (let c = 0; c < channels; c++) data[(sample * channels + c) * pixels + pixel] = images[i * channels + c];
  }
  return { shape: [count, channels, height, width], data };
}

/** What Heddle's own engine answers, by the definition of a convolution. */
export async function engineLogits(net: Net, images: Uint8Array, given: Given = {}): Promise<FloatArray> {
  const { dtype = "f32" } = given;
  const { height, width, channels } = net.spec.input;
  const count = images.length / (height * width * channels);
  const dataset = { train: { count, images, labels: new Uint16Array(count) }, test: null };
  const engine = engineOf(1);
  configure(engine, { net, dtype, dataset, batchSize: 8, ...given, ...({ exact: true, logits: true } as object) });
  return Float64Array.from((await engine.score(identity(count))).answers.logits ?? []);
}

export const constantsOf = (tensors: readonly GraphTensor[]): Map<string, Tensor> =>
  new Map(tensors.map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }]));

/** The graph's own answer by the plain loops of the page, or by others. */
export function plainAnswer(file: ModelFile, images: Tensor, preprocessing = true, by?: Kernels): Map<string, Tensor> {
  const { nodes, tensors } = graphOf(file, { preprocessing });
  return runGraph(nodes, constantsOf(tensors), images, by);
}

/** How far apart two answers are, in shares of the image's largest logit. */
export function difference(got: FloatArray, wanted: FloatArray, classes: number): number {
  if (got.length !== wanted.length) return Infinity;
  let most = 0;
  for (let first = 0; first < wanted.length; first += classes) {
    const row = Array.from(wanted.subarray(first, first + classes));
    const largest = row.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
    for (let i = 0; i < classes; i++) {
      const off = Math.abs(got[first + i] - row[i]) / largest;
      most = off > most || Number.isNaN(off) ? off : most;
    }
  }
  return most;
}

/** Runtimes round each layer in an order of their own: more of them, more difference. */
export const toleranceOf = ({ layers }: Net): number => (layers.length > 10 ? 3e-5 : 1e-5);

interface OrtTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}
export interface Ort {
  readonly InferenceSession: { create(bytes: Uint8Array, options?: object): Promise<OrtSession> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
}

/** onnxruntime-node, where test/judges has it installed. */
export function loadOrt(): Ort | null {
  try {
    return createRequire(join(root, "test/judges/package.json"))("onnxruntime-node") as Ort;
  } catch {
    return null;
  }
}

export async function openOrt(ort: Ort, bytes: Uint8Array) {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  return {
    session,
    answer: async ({ shape, data }: Tensor) => session.run({ images: new ort.Tensor("float32", data, shape) }),
  };
}
