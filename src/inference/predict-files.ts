/** Classifies image files of any size and color, also those of folders and archives, on the thread that asks. */
import { checkWritable } from "../base/atomic-write.js";
import type { Finding } from "../base/finding.js";
import { aFunction, aText, checkOptions, list, whole } from "../base/given.js";
import { settings } from "../config/given.js";
import type { LoadOptions } from "../data/dataset.js";
import { someAhead } from "../data/images/ahead.js";
import { caught, type FailedFile, failedFilesError, failure, isDataError } from "./failed-files.js";
import { type AskedImage, FileAnswers, type FilePrediction } from "./file-answers.js";
import { prepareChecks } from "./given.js";
import { faultFindings, faultsOf, type ImageFault } from "./image-findings.js";
import { openNamedModel } from "./open-model.js";
import { openPlace, type Place } from "./places.js";
import { type PredictorOptions, predictorChecks, predictorOf } from "./predictor.js";
import { type FileOptions, prepareFile } from "./prepare-file.js";

export interface PredictFilesOptions extends FileOptions, PredictorOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string;
  /** Image files, folders with images anywhere below, zip and tar archives. */
  readonly files: readonly string[];
  /** The likeliest classes of each image are told, so many. */
  readonly top?: number | undefined;
  /** A table for the answers, a line for each image; they are not kept in memory then. */
  readonly csv?: string | undefined;
  readonly onEvent?: LoadOptions["onEvent"];
}

export interface FilePredictions {
  /** Of the files that decode, in their order; none where they went into a table. */
  readonly predictions: readonly FilePrediction[];
  /** In the order of the probabilities. */
  readonly classNames: readonly string[];
  /** Images that were taken for each class. */
  readonly counts: readonly number[];
  /** The others: a bad file costs itself alone. */
  readonly failed: readonly FailedFile[];
  /** What may be wrong with images that decode. */
  readonly findings: readonly Finding[];
  /** From bytes to probabilities, once the net is warm. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

interface Prepared extends AskedImage {
  readonly bytes: Uint8Array;
}

/** Images of a batch, and the bytes that it may take. */
const [mostImages, mostBytes] = [256, 64e6];
/** Between two signs of progress. */
const progressMs = 50;

const fileChecks = {
  ...predictorChecks,
  ...prepareChecks,
  ...settings("maxMegapixels"),
  path: aText,
  files: list(aText),
  top: whole(1),
  csv: aText,
  onEvent: aFunction,
};

/** Throws `dataError` where no file is there that decodes, naming all. */
export async function predictFiles(options: PredictFilesOptions): Promise<FilePredictions> {
  checkOptions("predictFiles", options, fileChecks, ["files"]);
  if (options.csv !== undefined) checkWritable(options.csv);
  const named = openNamedModel(options.path, options.weights);
  const predictor = predictorOf(named, options);
  for (const text of predictor.notes) options.onEvent?.({ kind: "note", text });
  const places: Place[] = [];
  try {
    const failed: (FailedFile & { readonly at: number })[] = [];
    let total = 0;
    for (const path of options.files) {
      try {
        places.push(await openPlace(path));
        total += places.at(-1)!.names.length;
      } catch (error) {
        // It is told before those that follow.
        failed.push({ at: total - 0.5, ...failure(path, error) });
      }
    }
    for (const { findings } of places) for (const finding of findings) options.onEvent?.({ kind: "finding", finding });
    const answers = new FileAnswers(predictor.classNames, options);
    const faulty: { at: number; file: string; faults: readonly ImageFault[] }[] = [];
    const { height, width, channels } = predictor.shape;
    const bytesEach = height * width * channels;
    const rows = Math.max(1, Math.min(mostImages, Math.floor(mostBytes / bytesEach)));
    let batch: Prepared[] = [];
    let [seconds, told] = [0, performance.now()];
    const flush = (): void => {
      const bytes = new Uint8Array(batch.length * bytesEach);
      for (const [i, image] of batch.entries()) bytes.set(image.bytes, i * bytesEach);
      if (seconds === 0) predictor.predict(bytes);
      const started = performance.now();
      const numbers = predictor.predict(bytes);
      seconds += (performance.now() - started) / 1000;
      const classes = predictor.classNames.length;
      for (const [i, image] of batch.entries()) {
        answers.take(image, numbers.subarray(i * classes, (i + 1) * classes));
      }
      batch = [];
    };
    let first = 0;
    for (const place of places) {
      for await (const { at, file, made } of preparedOf(place, first)) {
        if (made instanceof Error) failed.push({ at, ...failure(file, made) });
        else {
          if (made.faults.length > 0) faulty.push({ at, file, faults: made.faults });
          batch.push({ at, file, ...made });
          if (batch.length === rows) flush();
        }
        if (performance.now() - told < progressMs) continue;
        const done = answers.images + batch.length + failed.length;
        options.onEvent?.({ kind: "load", dataset: "predict", done, total });
        told = performance.now();
      }
      first += place.names.length;
    }
    if (batch.length > 0) flush();
    const bad = failed.sort((a, b) => a.at - b.at).map(({ file, reason }) => ({ file, reason }));
    if (answers.images === 0) throw failedFilesError(bad, bad.length);
    const { predictions, counts } = answers.finish();
    faulty.sort((a, b) => a.at - b.at);
    return {
      predictions,
      classNames: predictor.classNames,
      counts,
      failed: bad,
      findings: faultFindings(faulty, options.invert === true),
      seconds,
      imagesPerSecond: answers.images / seconds,
    };
  } finally {
    for (const place of places) place.close();
    predictor.close();
  }

  /** The images of a place as the net gets them, or why there is none. */
  async function* preparedOf(place: Place, first: number) {
    const left = new Set(place.names.keys());
    const prepare = async ({ index, bytes }: { index: number; bytes: () => Promise<Uint8Array> }) => {
      const file = place.names[index];
      const made = await caught(async () => {
        const image = await prepareFile(await bytes(), file, predictor, named.model, options);
        return { ...image, faults: faultsOf(image.bytes, named.model) };
      });
      return { index, at: first + index, file, made };
    };
    try {
      for await (const { index, ...found } of someAhead(place.read(), prepare)) {
        left.delete(index);
        yield found;
      }
    } catch (error) {
      // An archive that breaks off in the middle: what came before it counts.
      if (!isDataError(error)) throw error;
      for (const index of left) yield { at: first + index, file: place.names[index], made: error };
    }
  }
}
