/**
 * A loaded model for servers and loops: from an image's bytes to probabilities in one synchronous call, on the thread
 * that asks. It has no pool; whoever wants several cores opens one in each worker. Any number of them live side by side.
 */

import { usageError } from "../base/errors.js";
import { aText, type Check, check, checkBytes, checkOptions, choice, list } from "../base/given.js";
import type { FloatArray } from "../base/numbers.js";
import { floatsOf } from "../base/numbers.js";
import type { ImageShape } from "../base/shape.js";
import { settings } from "../config/given.js";
import type { Arena } from "../engine/arena.js";
import type { Plan } from "../engine/plan.js";
import { RowScorer } from "../engine/row-scorer.js";
import type { DecodedImage } from "../formats/pixels.js";
import type { Backend } from "../kernels/backend.js";
import { type BackendChoice, fallbackReason } from "../kernels/index.js";
import type { ModelMetadata } from "../model/model-file.js";
import { type WeightsName, weightsNames } from "../run/find-model.js";
import { foldedModel } from "./fold.js";
import { checkImage, prepareChecks } from "./given.js";
import { refuseOtherPreprocessing } from "./model-net.js";
import { netOnThisThread } from "./on-this-thread.js";
import { type NamedModel, openNamedModel } from "./open-model.js";
import { type PreparedImage, type PrepareOptions, prepareImage } from "./prepare.js";
import { readingOf, trainedBorder } from "./reading.js";

export interface PredictorOptions {
  /** Which weights of a run; the best where not given, or the last where no epoch has ended. */
  readonly weights?: WeightsName | undefined;
  /** `auto` takes the addon where there is one. */
  readonly backend?: BackendChoice;
  /** Refused where the model's is another: preprocessing is part of the model. */
  readonly standardize?: string;
}

export const predictorChecks: Readonly<Record<string, Check>> = {
  ...settings("backend"),
  standardize: aText,
  weights: choice(weightsNames),
};

export interface Predictor {
  /** What one image is: height x width x channels bytes, in this order of strides. */
  readonly shape: ImageShape;
  /** What computes: the addon, or the plain back end, which is many times slower. */
  readonly backend: Backend["name"];
  /** In the order of the probabilities. */
  readonly classNames: readonly string[];
  /** What its user should know: that these are a run's last weights, that the file has no checksum. */
  readonly notes: readonly string[];
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
export function openPredictor(runOrFile: string, options: PredictorOptions = {}): Predictor {
  aText(runOrFile, "openPredictor, run or file");
  checkOptions("openPredictor", options, predictorChecks);
  const predictor = predictorOf(openNamedModel(runOrFile, options.weights), options);
  const reason = fallbackReason(options.backend ?? "auto");
  if (reason !== null) warnOnce(reason);
  return predictor;
}

/** A predictor of a model that is open. */
export function predictorOf(file: NamedModel, { backend = "auto", standardize }: PredictorOptions): Predictor {
  refuseOtherPreprocessing(file, standardize);
  const { backend: computes, plan, arena } = netOnThisThread(foldedModel(file), backend);
  const reason = fallbackReason(backend);
  const notes = reason === null ? file.notes : [...file.notes, `The plain back end computes, slowly: ${reason}`];
  return new OnThisThread(computes, plan, arena, { ...file, notes });
}

let hasWarned = false;
/** A bundler leaves the addon behind without a word: whoever serves a model is told on the channel of Node's own warnings. */
function warnOnce(reason: string): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(`Models run on the plain back end, many times slower: ${reason}`, {
    code: "HEDDLE_NO_ADDON",
    detail: "Bundled programs keep heddle outside the bundle: esbuild --packages=external, webpack externals.",
  });
}

/** So many are copied one by one: a typed array's own `set` costs more than a small net does. */
const fewNumbers = 100;

class OnThisThread implements Predictor {
  readonly shape: ImageShape;
  readonly backend: Backend["name"];
  readonly classNames: readonly string[];
  readonly notes: readonly string[];
  readonly #model: ModelMetadata;
  readonly #pixels: number;
  readonly #rows: number;
  readonly #result: Float32ArrayConstructor | Float64ArrayConstructor;
  /** What `close` lets go of. */
  #open: RowScorer | null;

  constructor(backend: Backend, plan: Plan, arena: Arena, { model, notes }: NamedModel) {
    const { dtype, pixels } = plan;
    this.shape = model.architecture.input;
    this.backend = backend.name;
    this.classNames = model.classNames;
    this.notes = notes;
    this.#model = model;
    this.#pixels = pixels;
    this.#rows = plan.scoreRows;
    this.#result = floatsOf(dtype);
    this.#open = new RowScorer(backend, plan, arena);
  }

  predict(bytes: Uint8Array, into?: FloatArray): FloatArray {
    if (!this.#open) throw usageError({ where: "predict", expected: "an open predictor", got: "a closed one" });
    checkBytes(bytes, "predict, bytes");
    const classes = this.classNames.length;
    const count = bytes.length / this.#pixels;
    if (!Number.isInteger(count)) throw this.#wrongBytes(bytes.length);
    this.#checkValues(bytes);
    if (into !== undefined) numbers(into, "predict, into");
    const result = into ?? new this.#result(count * classes);
    if (result.length < count * classes) throw wrongRoom(count * classes, result.length);
    for (let first = 0; first < count; first += this.#rows) {
      const rows = Math.min(this.#rows, count - first);
      const whole = first === 0 && rows === count;
      const part = whole ? bytes : bytes.subarray(first * this.#pixels, (first + rows) * this.#pixels);
      this.#open.score(part, rows);
      const { probabilities } = this.#open;
      const numbers = rows * classes;
      if (numbers > fewNumbers) result.set(probabilities.subarray(0, numbers), first * classes);
      else for (let i = 0, at = first * classes; i < numbers; i++) result[at + i] = probabilities[i];
    }
    return result;
  }

  prepare(image: DecodedImage, options: PrepareOptions = {}): PreparedImage {
    const { preprocessing } = this.#model;
    checkImage(image, "prepare, image");
    checkOptions("prepare", options, prepareChecks);
    const { fit = "pad" } = readingOf(this.#model);
    return prepareImage(image, preprocessing, {
      prepare: options.prepare,
      invert: options.invert,
      fit: options.fit ?? fit,
      usual: trainedBorder(this.#model),
    });
  }

  predictImages(images: readonly DecodedImage[], options?: PrepareOptions): FloatArray {
    list(checkImage)(images, "predictImages, images");
    if (options !== undefined) checkOptions("predictImages", options, prepareChecks);
    const bytes = new Uint8Array(images.length * this.#pixels);
    for (const [i, image] of images.entries()) bytes.set(this.prepare(image, options).bytes, i * this.#pixels);
    return this.predict(bytes);
  }

  close(): void {
    this.#open?.close();
    this.#open = null;
  }

  /** A model of 0..16 knows no 200. */
  #checkValues(bytes: Uint8Array): void {
    const { maximum } = this.#model.preprocessing;
    if (maximum >= 255) return;
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] <= maximum) continue;
      const fix = "prepare() brings images of 0..255 to that.";
      throw usageError({ where: `predict, byte ${i}`, expected: `values 0..${maximum}`, got: `${bytes[i]}`, fix });
    }
  }

  #wrongBytes(got: number): Error {
    const { height, width, channels } = this.shape;
    const expected = `${this.#pixels} bytes an image (${height}x${width}x${channels}), or a multiple`;
    return usageError({ where: "predict", expected, got: `${got} bytes` });
  }
}

const numbers = check(
  "a Float32Array or Float64Array",
  (value) => value instanceof Float32Array || value instanceof Float64Array,
);

const wrongRoom = (needed: number, got: number): Error =>
  usageError({ where: "predict, into", expected: `room for ${needed} numbers`, got: `${got}` });
