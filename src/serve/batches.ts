/**
 * Answers requests together. A lone one starts at once; those that came while a batch was computed, on the same thread, are
 * the next batch. Images were judged before they come here, so that a bad one costs itself alone, and each has the same
 * probabilities alone as among others.
 */
import type { FloatArray } from "../base/numbers.js";
import type { Predictor } from "../inference/predictor.js";

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (probabilities: FloatArray) => void;
  readonly reject: (error: unknown) => void;
}

export class Batches {
  readonly #predictor: Predictor;
  readonly #onBatch: (images: number) => void;
  #waiting: Waiting[] = [];

  constructor(predictor: Predictor, onBatch: (images: number) => void) {
    this.#predictor = predictor;
    this.#onBatch = onBatch;
  }

  /** Probabilities [images][classes]. */
  ask(bytes: Uint8Array): Promise<FloatArray> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      // After what else has arrived was read.
      if (this.#waiting.length === 1) setImmediate(() => this.#answer());
    });
  }

  #answer(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const { height, width, channels } = this.#predictor.shape;
    const pixels = height * width * channels;
    const classes = this.#predictor.classNames.length;
    try {
      const together = waiting.length === 1 ? waiting[0].bytes : Buffer.concat(waiting.map(({ bytes }) => bytes));
      const probabilities = this.#predictor.predict(together);
      this.#onBatch(together.length / pixels);
      let at = 0;
      for (const { bytes, resolve } of waiting) {
        const end = at + (bytes.length / pixels) * classes;
        resolve(probabilities.subarray(at, end));
        at = end;
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
