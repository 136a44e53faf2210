/** An engine that keeps what it did when: what `train --profile` runs on. */
import { currentCrew } from "../engine/crew.js";
import { Engine, type EngineOptions, type TrainJob } from "../engine/engine.js";
import type { FinishedRank } from "../engine/job.js";
import type { ScoreOutcome } from "../engine/parts.js";

export interface Job {
  /** `train`: the steps of an epoch, or a part of one · `score`: a split · `keep`: weights, best model and checkpoint. */
  readonly kind: "train" | "score" | "keep";
  /** From 1. */
  readonly epoch: number;
  /** Seconds since the program of this profile began. */
  readonly begin: number;
  readonly end: number;
  /** Of a training job. */
  readonly trained: { readonly ranks: readonly FinishedRank[]; readonly steps: number } | null;
}

export class ProfiledEngine extends Engine {
  readonly #began: number;
  readonly jobs: Job[] = [];
  options: EngineOptions | undefined;
  #epoch = 1;

  /** `began`: when the clock of the profile starts, by `performance.now()`. */
  constructor(threads: number, choice: "auto" | "native" | "reference", began: number) {
    super(threads, choice, currentCrew());
    this.#began = began;
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  override configure(options: EngineOptions): void {
    super.configure(options);
    this.options = options;
  }

  override async train(job: TrainJob): Promise<FinishedRank[]> {
    const begin = this.seconds;
    this.#epoch = job.epoch + 1;
    const ranks = await super.train({ ...job, profile: true });
    const steps = (ranks[0].halted ?? ranks[0].steps) - job.from;
    this.#add("train", begin, { ranks, steps });
    return ranks;
  }

  override async scoreUnless(signal: AbortSignal | undefined, order: Uint32Array): Promise<ScoreOutcome | null> {
    const begin = this.seconds;
    const outcome = await super.scoreUnless(signal, order);
    this.#add("score", begin);
    return outcome;
  }

  override async call<I, O>(module: URL, input: I): Promise<O> {
    const begin = this.seconds;
    const result = await super.call<I, O>(module, input);
    this.#add("keep", begin);
    return result;
  }

  #add(kind: Job["kind"], begin: number, trained: Job["trained"] = null): void {
    this.jobs.push({ kind, epoch: this.#epoch, begin, end: this.seconds, trained });
  }
}
