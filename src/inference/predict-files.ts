/** Classifies image files of any size and colour, on the thread that asks. */
import { closeSync, openSync, readSync } from "node:fs";
import type { LoadOptions } from "../data/dataset.js";
import { decodeImage, isImage } from "../data/formats/image.js";
import { defaultLimits } from "../data/formats/pixels.js";
import { readWholeFile } from "../model/read-file.js";
import { resolveModelPath } from "../train/run-folder.js";
import { openPredictor, type PredictorOptions } from "./predictor.js";
import type { PrepareOptions } from "./prepare.js";

export interface PredictFilesOptions extends PrepareOptions, PredictorOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string;
  /** PNG or JPEG files. */
  readonly files: readonly string[];
  readonly onEvent?: LoadOptions["onEvent"];
}

export interface FilePrediction {
  readonly file: string;
  readonly class: number;
  readonly className: string;
  readonly probabilities: readonly number[];
  /** What was done to the image before the net saw it, in order. */
  readonly steps: readonly string[];
}

export interface FilePredictions {
  readonly predictions: readonly FilePrediction[];
  readonly classNames: readonly string[];
  /** From bytes to probabilities, of a second pass over the images: the first one warms up. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/**
 * With `invert`, transparent parts count as white paper, else as black. Throws `dataError` naming the first file that is
 * missing or does not decode.
 */
export async function predictFiles(options: PredictFilesOptions): Promise<FilePredictions> {
  const { files, backend = "auto", standardize } = options;
  const { path, run, newest } = resolveModelPath(options.path);
  if (newest) options.onEvent?.({ kind: "note", text: `Taking the newest run, ${run ?? path}.` });
  const predictor = openPredictor(path, { backend, ...(standardize !== undefined && { standardize }) });
  try {
    const { shape, classNames } = predictor;
    const bytesEach = shape.height * shape.width * shape.channels;
    const bytes = new Uint8Array(files.length * bytesEach);
    const steps: (readonly string[])[] = [];
    for (const [i, file] of files.entries()) {
      const paper = options.invert ? "white" : "black";
      const image = await decodeImage(readWholeFile(file, "an image file"), file, defaultLimits, paper);
      const prepared = predictor.prepare(image, options);
      bytes.set(prepared.bytes, i * bytesEach);
      steps.push(image.alpha ? [`laid on ${paper}`, ...prepared.steps] : prepared.steps);
    }
    predictor.predict(bytes);
    const started = performance.now();
    const numbers = predictor.predict(bytes);
    const seconds = (performance.now() - started) / 1000;
    const predictions = files.map((file, i): FilePrediction => {
      const probabilities = Array.from(numbers.subarray(i * classNames.length, (i + 1) * classNames.length));
      const winner = probabilities.reduce((best, value, i) => (value > probabilities[best] ? i : best), 0);
      return { file, class: winner, className: classNames[winner], probabilities, steps: steps[i] };
    });
    return { predictions, classNames, seconds, imagesPerSecond: files.length / seconds };
  } finally {
    predictor.close();
  }
}

/** True for a file that begins as an image does, and for a name that ends as an image's: what is not there is missed as an image. */
export function namesImage(path: string): boolean {
  if (/\.(?:png|jpe?g)$/i.test(path)) return true;
  try {
    const file = openSync(path, "r");
    try {
      const head = new Uint8Array(8);
      return isImage(head.subarray(0, readSync(file, head)));
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // a folder, or nothing: whoever opens it as a model says so
  }
}
