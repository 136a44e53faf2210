/** A plan that only scores, loaded on the caller's thread: bytes of images in, their probabilities out. */
import type { FloatArray } from "../base/numbers.js";
import type { Backend } from "../kernels/backend.js";
import { stepBlock } from "../kernels/layout.js";
import type { Arena } from "./arena.js";
import type { Plan } from "./plan.js";

type Runs = Pick<Backend, "load" | "run" | "unload">;

export class RowScorer {
  readonly #backend: Runs;
  readonly #program: number;
  readonly #images: Uint8Array;
  readonly #block: Float64Array;
  /** Of the images that were scored last, [rows][classes]; the next call writes over them. */
  readonly probabilities: FloatArray;

  constructor(backend: Runs, { regions, score }: Pick<Plan, "regions" | "score">, arena: Arena) {
    this.#backend = backend;
    this.#program = backend.load(score[0], arena.all());
    this.#images = arena.bytes(regions.images);
    this.#block = arena.float64(regions.stepBlocks[0]);
    this.probabilities = arena.numbers(regions.probabilities!);
  }

  /** `bytes`: `rows` images one after the other, at most the plan's `scoreRows`. */
  score(bytes: Uint8Array, rows: number): void {
    this.#images.set(bytes);
    this.#block[stepBlock.rows] = rows;
    for (let at = 0; at >= 0; ) at = this.#backend.run(this.#program, at);
  }

  close(): void {
    this.#backend.unload(this.#program);
  }
}
