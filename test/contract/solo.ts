/**
 * One rank in this thread: the engine's own plan, arena and programs without the pool, so that a test can cut a minibatch
 * where it likes and read every tensor. A back end holds one arena per thread: the newest Solo alone works.
 */

import type { Dtype, FloatArray } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import type { Dataset } from "../../src/data/dataset.js";
import type { Preprocessing } from "../../src/data/preprocessing.js";
import { Arena } from "../../src/engine/arena.js";
import { writeParameters } from "../../src/engine/contents.js";
import { totalPlace } from "../../src/engine/control.js";
import { unpack } from "../../src/engine/packing.js";
import { makePlan, type Plan } from "../../src/engine/plan.js";
import { type Backend, runStatus } from "../../src/kernels/backend.js";
import { stepBlock } from "../../src/kernels/layout.js";
import { lanesOf } from "../../src/kernels/panels.js";
import type { TrainedLoss } from "../../src/losses/index.js";
import { elementCount, type Net } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";

export interface SoloOptions {
  readonly net: Net;
  readonly dtype: Dtype;
  readonly batchSize: number;
  readonly loss: TrainedLoss;
  readonly preprocessing: Preprocessing;
  readonly dataset: Pick<Dataset, "train">;
  readonly tensors: readonly FloatArray[];
  readonly exact?: boolean;
}

export class Solo {
  readonly plan: Plan;
  readonly #arena: Arena;
  readonly #backend: Backend;
  readonly #program: number;
  readonly #block: Float64Array;

  constructor(backend: Backend, options: SoloOptions) {
    const { net, dtype, dataset, preprocessing, tensors } = options;
    const { images, labels, count } = dataset.train;
    // Momentum 0 keeps the gradient of a minibatch, to the bit, in the optimizer's state.
    const optimizer = ruleOf("sgd momentum=0.9");
    this.plan = makePlan({
      ...options,
      optimizer,
      perImage: preprocessing.kind === "per-image",
      ranks: 1,
      spin: false,
      samples: count,
      places: count,
      probabilities: false,
    });
    const { regions, bytes } = this.plan;
    this.#backend = backend;
    this.#arena = Arena.allocate(dtype, bytes, Infinity, backend);
    this.#arena.bytes(regions.images).set(images);
    this.#arena.uint16(regions.labels).set(labels);
    this.#arena.uint32(regions.order).set(identity(count));
    const { channels } = net.spec.input;
    for (let i = 0; preprocessing.kind === "affine" && i < this.plan.pixels; i++) {
      this.#arena.numbers(regions.scale)[i] = preprocessing.scale[i % channels];
      this.#arena.numbers(regions.shift)[i] = preprocessing.shift[i % channels];
    }
    writeParameters(this.#arena, this.plan, tensors, backend);
    this.#program = backend.load(this.plan.train![0], this.#arena.all());
    this.#block = this.#arena.float64(regions.stepBlocks[0]);
  }

  /** The gradient of the mean loss over the first samples, taken in chunks of these sizes. What is learned stays as it is. */
  gradient(chunks: readonly number[]): { gradient: FloatArray[]; loss: number } {
    const samples = chunks.reduce((sum, rows) => sum + rows, 0);
    const block = this.#block;
    let done = 0;
    for (const rows of chunks) {
      block[stepBlock.cursor] = done;
      block[stepBlock.first] = 0;
      block[stepBlock.rows] = rows;
      block[stepBlock.chunk] = rows;
      block[stepBlock.scale] = 1 / samples;
      block[stepBlock.start] = done === 0 ? 1 : 0;
      done += rows;
      block[stepBlock.finish] = done === samples ? 1 : 0;
      block.fill(0, stepBlock.hyperparameters, stepBlock.words);
      for (let at = 0; at !== runStatus.done; ) {
        at = this.#backend.run(this.#program, at);
        if (at === runStatus.poisoned || at === runStatus.halted) throw new Error(`the program ended with ${at}`);
      }
    }
    const { parameters, dtype, regions } = this.plan;
    const type = dtype === "f32" ? Float32Array : Float64Array;
    const learned = parameters.filter(({ spec }) => spec.learned !== false);
    const gradient = learned.map(({ spec, state }) => {
      const tensor = new type(elementCount(spec.shape));
      unpack(spec.packing, lanesOf(dtype), this.#arena.numbers(state[0]), tensor);
      return tensor;
    });
    return { gradient, loss: this.#arena.float64(regions.totals)[totalPlace.batchLoss] / samples };
  }

  /** What the last stage gave for each row of the last chunk. */
  logits(rows: number): number[][] {
    const { region, features, ld } = this.plan.stages[this.plan.stages.length - 1].output;
    const numbers = this.#arena.numbers(region);
    return Array.from({ length: rows }, (_, row) => Array.from(numbers.subarray(row * ld, row * ld + features)));
  }
}
