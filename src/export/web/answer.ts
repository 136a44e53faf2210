/** What the page's script calls: an image prepared as the command line does, and the graph's answer to it. */
import { runError } from "../../base/errors.js";
import type { Preprocessing } from "../../data/preprocessing.js";
import { layOn, type StoredPixels } from "../../formats/paper.js";
import { type DecodedImage, defaultLimits } from "../../formats/pixels.js";
import type { Fit } from "../../formats/resize.js";
import { decodePngUpright } from "../../formats/stored-image.js";
import { type PrepareOptions, paperFor, prepareImage } from "../../inference/prepare.js";
import type { Kernels, Tensor } from "./kernels.js";
import { type Node, runGraph } from "./run.js";

export interface PageModel {
  readonly nodes: readonly Node[];
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly whole?: readonly number[];
  }[];
  readonly classNames: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly fit: Fit;
  readonly paper?: string | undefined;
  readonly maximum?: number | undefined;
  readonly usual: "dark" | "bright" | null;
}

export interface PageAnswer {
  readonly probabilities: Float32Array;
  /** What the first convolution gives, [1, filters, height, width]; null where the net has none. */
  readonly maps: Tensor | null;
  readonly steps: readonly string[];
  /** The net's input. */
  readonly bytes: Uint8Array;
}

/** The graph's tensors out of one block of float32 numbers. */
export function unpackTensors({ tensors }: PageModel, numbers: Float32Array): Map<string, Tensor> {
  let at = 0;
  return new Map(
    tensors.map(({ name, shape, whole }) => {
      if (whole) return [name, { shape, data: Float32Array.from(whole) }];
      const length = shape.reduce((product, size) => product * size, 1);
      const data = numbers.subarray(at, (at += length));
      return [name, { shape, data }];
    }),
  );
}

/** To the bytes of a PNG file, decoded as on the command line. Throws HeddleError. */
export function answerToPng(
  model: PageModel,
  constants: ReadonlyMap<string, Tensor>,
  file: Uint8Array,
  options: PrepareOptions,
  by?: Kernels,
): PageAnswer {
  const image = decodePngUpright(file, "the photo", defaultLimits, model.maximum);
  return answerToStored(model, constants, image, options, by);
}

/** What lies behind transparent parts is as on the command line. */
export function answerToStored(
  model: PageModel,
  constants: ReadonlyMap<string, Tensor>,
  image: StoredPixels,
  options: PrepareOptions,
  by?: Kernels,
): PageAnswer {
  const laid = layOn(paperFor(image, model.paper, options), image);
  return answerTo(model, constants, laid, options, by);
}

export function answerTo(
  model: PageModel,
  constants: ReadonlyMap<string, Tensor>,
  image: DecodedImage,
  options: PrepareOptions,
  by?: Kernels,
): PageAnswer {
  const { preprocessing, fit, usual, nodes } = model;
  const { height, width, channels } = preprocessing;
  const { bytes, steps } = prepareImage(image, preprocessing, { ...options, fit: options.fit ?? fit, usual });
  const pixels = height * width;
  const data = Float32Array.from(
    { length: bytes.length },
    (_, i) => bytes[(i % pixels) * channels + Math.floor(i / pixels)],
  );
  const values = runGraph(nodes, constants, { shape: [1, channels, height, width], data }, by);
  const probabilities = values.get("probabilities")!.data;
  if (!probabilities.every(Number.isFinite)) {
    throw runError({ where: "the net's answer", expected: "finite numbers", got: "others" });
  }
  const first = nodes.find(({ operator }) => operator === "Conv");
  return {
    probabilities,
    maps: first ? values.get(first.output)! : null,
    steps,
    bytes,
  };
}
