/**
 * A loaded model for servers and loops: from an image's bytes to probabilities in one synchronous call, on the thread
 * that asks. It has no pool; whoever wants several cores opens one in each worker. Any number of them live side by side.
 */
import type { ImageShape } from "../data/dataset.js";
import type { DecodedImage } from "../data/formats/pixels.js";
import { Arena, type FloatArray } from "../engine/arena.js";
import { writeParameters, writePreprocessing } from "../engine/contents.js";
import { makePlan, mostScored, type Plan } from "../engine/plan.js";
import { stepBlock } from "../engine/step.js";
import { usageError } from "../errors.js";
import type { Backend } from "../kernels/backend.js";
import { type BackendChoice, loadBackend } from "../kernels/index.js";
import { type ModelMetadata, readModel } from "../model/model-file.js";
import { identity } from "../random.js";
import { readMemory } from "../system.js";
import { resolveModelPath } from "../train/run-folder.js";
import { fitOf, type ModelNet, netOf, refuseOtherPreprocessing } from "./model-session.js";
import { type PreparedImage, type PrepareOptions, prepareImage } from "./prepare.js";

export interface PredictorOptions {
  /** `auto` takes the addon where there is one. */
  readonly backend?: BackendChoice;
  /** Refused where the model's is another: preprocessing is part of the model. */
  readonly standardize?: string;
}

export interface Predictor {
  /** What one image is: height x width x channels bytes, in this order of strides. */
  readonly shape: ImageShape;
  /** In the order of the probabilities. */
  readonly classNames: readonly string[];
  /**
   * Probabilities [images][classes] of the images that stand one after the other in `bytes`; Float64Array for an f64
   * model. An image has the same probabilities alone as among others. Writes to the front of `into` where given, and
   * allocates nothing then. Throws `usageError` where the lengths do not fit.
   */
  predict(bytes: Uint8Array, into?: FloatArray): FloatArray;
  /** Brings an image of any size, grey or RGB, 0..255, to the net's shape and range. */
  prepare(image: DecodedImage, options?: PrepareOptions): PreparedImage;
  /** The probabilities of such images. */
  predictImages(images: readonly DecodedImage[], options?: PrepareOptions): FloatArray;
  /** Lets go of the memory. Without it a predictor stays for as long as the thread does. */
  close(): void;
}

/** Opens a run folder or a model file. Throws HeddleError where it holds no model that we know. */
export function openPredictor(runOrFile: string, { backend = "auto", standardize }: PredictorOptions = {}): Predictor {
  const file = readModel(resolveModelPath(runOrFile).path);
  refuseOtherPreprocessing(file, standardize);
  const { preprocessing } = file.model;
  const model = netOf(file);
  const plan = planOf(model, preprocessing.kind === "per-image");
  const computes = loadBackend(backend);
  const arena = Arena.allocate(model.dtype, plan.bytes, readMemory().available, computes);
  writePreprocessing(arena, plan, preprocessing);
  writeParameters(arena, plan, model.tensors, computes);
  arena.uint32(plan.regions.order).set(identity(mostScored));
  return new OnThisThread(computes, plan, arena, file.model);
}

/** One rank, with room for as many images as go through the net at a time. */
function planOf({ net, loss, dtype }: ModelNet, perImage: boolean): Plan {
  return makePlan({
    net,
    loss,
    dtype,
    perImage,
    batchSize: 0,
    optimizer: null,
    ranks: 1,
    spin: false,
    samples: mostScored,
    places: mostScored,
    probabilities: true,
    unlabelled: true,
  });
}

/** The parts that `close` lets go of. */
interface Open {
  readonly backend: Backend;
  readonly program: number;
  readonly images: Uint8Array;
  readonly block: Float64Array;
  readonly probabilities: FloatArray;
}

/** So many are copied one by one: a typed array's own `set` costs more than a small net does. */
const fewNumbers = 100;

class OnThisThread implements Predictor {
  readonly shape: ImageShape;
  readonly classNames: readonly string[];
  readonly #model: ModelMetadata;
  readonly #pixels: number;
  readonly #rows: number;
  readonly #result: Float32ArrayConstructor | Float64ArrayConstructor;
  #open: Open | null;

  constructor(backend: Backend, plan: Plan, arena: Arena, model: ModelMetadata) {
    const { regions, dtype, pixels } = plan;
    this.shape = model.architecture.input;
    this.classNames = model.classNames;
    this.#model = model;
    this.#pixels = pixels;
    this.#rows = plan.scoreRows;
    this.#result = dtype === "f32" ? Float32Array : Float64Array;
    this.#open = {
      backend,
      program: backend.load(plan.score[0], arena.all()),
      images: arena.bytes(regions.images),
      block: arena.float64(regions.stepBlocks[0]),
      probabilities: arena.numbers(regions.probabilities!),
    };
  }

  predict(bytes: Uint8Array, into?: FloatArray): FloatArray {
    if (!this.#open) throw usageError({ where: "predict", expected: "an open predictor", got: "a closed one" });
    const classes = this.classNames.length;
    const count = bytes.length / this.#pixels;
    if (!Number.isInteger(count)) throw this.#wrongBytes(bytes.length);
    const result = into ?? new this.#result(count * classes);
    if (result.length < count * classes) throw wrongRoom(count * classes, result.length);
    for (let first = 0; first < count; first += this.#rows) {
      const rows = Math.min(this.#rows, count - first);
      const whole = first === 0 && rows === count;
      this.#score(
        this.#open,
        whole ? bytes : bytes.subarray(first * this.#pixels, (first + rows) * this.#pixels),
        rows,
      );
      const { probabilities } = this.#open;
      const numbers = rows * classes;
      if (numbers > fewNumbers) result.set(probabilities.subarray(0, numbers), first * classes);
      else for (let i = 0, at = first * classes; i < numbers; i++) result[at + i] = probabilities[i];
    }
    return result;
  }

  prepare(image: DecodedImage, options: PrepareOptions = {}): PreparedImage {
    const { preprocessing } = this.#model;
    return prepareImage(image, preprocessing, { fit: fitOf(this.#model) ?? "pad", ...options });
  }

  predictImages(images: readonly DecodedImage[], options?: PrepareOptions): FloatArray {
    const bytes = new Uint8Array(images.length * this.#pixels);
    for (const [i, image] of images.entries()) bytes.set(this.prepare(image, options).bytes, i * this.#pixels);
    return this.predict(bytes);
  }

  #score({ backend, program, images, block }: Open, bytes: Uint8Array, rows: number): void {
    images.set(bytes);
    block[stepBlock.rows] = rows;
    for (let at = 0; at >= 0; ) at = backend.run(program, at);
  }

  close(): void {
    this.#open?.backend.unload(this.#open.program);
    this.#open = null;
  }

  #wrongBytes(got: number): Error {
    const { height, width, channels } = this.shape;
    const expected = `${this.#pixels} bytes an image (${height}x${width}x${channels}), or a multiple`;
    return usageError({ where: "predict", expected, got: `${got} bytes` });
  }
}

const wrongRoom = (needed: number, got: number): Error =>
  usageError({ where: "predict, into", expected: `room for ${needed} numbers`, got: `${got}` });
