/** Times predictions on one thread: how long a single image takes, and how many a second go through at once. */
import { setImmediate } from "node:timers/promises";
import { above0, aText, checkOptions } from "../base/given.js";
import { Stream } from "../base/random.js";
import { openNamedModel } from "../inference/open-model.js";
import { type PredictorOptions, predictorChecks, predictorOf } from "../inference/predictor.js";

export interface PredictBenchOptions extends PredictorOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string | undefined;
  /** Seconds to measure for, at each number of images. */
  readonly seconds: number;
}

export interface PredictBenchResult {
  readonly model: string;
  readonly backend: string;
  /** Milliseconds of calls with one image: half of them, and 99 of 100, take no longer. */
  readonly single: { readonly p50: number; readonly p99: number; readonly slowest: number; readonly calls: number };
  /** By the images of a call. */
  readonly rates: readonly { readonly images: number; readonly imagesPerSecond: number }[];
}

/** Images of a call. */
const counts = [1, 64, 1024];
/** Of fewer calls nothing could be said about the slowest hundredth. */
const leastCalls = 200;
/** What is not measured: code that is not compiled yet, caches that are cold. */
const warmUpShare = 0.2;

/** On random pixels. Throws HeddleError. */
export async function benchPredict(options: PredictBenchOptions): Promise<PredictBenchResult> {
  checkOptions("benchPredict", options, { ...predictorChecks, path: aText, seconds: above0(3600) }, ["seconds"]);
  const { path, seconds, ...rest } = options;
  const file = openNamedModel(path, options.weights);
  const predictor = predictorOf(file, rest);
  const { height, width, channels } = predictor.shape;
  const { maximum } = file.model.preprocessing;
  const stream = new Stream(0, "synthetic", 12);
  const most = Math.max(...counts);
  const bytes = Uint8Array.from({ length: most * height * width * channels }, () => stream.below(maximum + 1));
  const into = predictor.predict(bytes);
  const rates: { images: number; imagesPerSecond: number }[] = [];
  let single: number[] = [];
  try {
    for (const images of counts) {
      const part = bytes.subarray(0, images * height * width * channels);
      const call = (): void => void predictor.predict(part, into);
      timesOf(call, seconds * warmUpShare, 1);
      // The caller's thread is not held for longer than one number of images.
      await setImmediate();
      const times = timesOf(call, seconds, images === 1 ? leastCalls : 1);
      if (images === 1) single = times.toSorted((a, b) => a - b);
      const total = times.reduce((sum, time) => sum + time, 0);
      rates.push({ images, imagesPerSecond: (1000 * images * times.length) / total });
    }
  } finally {
    predictor.close();
  }
  const { model } = file.model.provenance;
  const at = (share: number): number => single[Math.min(single.length - 1, Math.ceil(share * single.length) - 1)];
  const { backend } = predictor;
  return { model, backend, single: { p50: at(0.5), p99: at(0.99), slowest: at(1), calls: single.length }, rates };
}

/** Milliseconds of each call, for so many seconds and at least so many calls. */
function timesOf(call: () => void, seconds: number, least: number): number[] {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  let last = performance.now();
  while (last < end || times.length < least) {
    call();
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}
