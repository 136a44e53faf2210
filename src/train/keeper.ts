/**
 * Keeps what a run has learned (in memory alone where it has no folder): the best weights in memory, the model file, the checkpoint. The work is done by a rank
 * (`keep-task.ts`) while no job of training runs; the caller's thread waits without being held.
 */
import type { SharedBlock } from "../engine/arena.js";
import type { Engine } from "../engine/engine.js";
import type { ModelMetadata } from "../model/model-file.js";
import type { RunFolder } from "../run/run-folder.js";
import type { FullConfig } from "../run/session.js";
import type { KeepCalls, KeepPaths, KeepRequest, Restored, Unfit } from "./keep-task.js";
import type { Progress } from "./progress.js";

const task = new URL("./keep-task.js", import.meta.url);

const pathsOf = ({ modelFile: model, checkpointFile: checkpoint, metrics }: RunFolder): KeepPaths => ({
  model,
  checkpoint,
  metrics: metrics.path,
});

export class Keeper {
  readonly #engine: Engine;
  readonly #folder: RunFolder | null;
  readonly #metadata: ModelMetadata;
  readonly #config: FullConfig;
  readonly #kept: SharedBlock;

  constructor(
    engine: Engine,
    folder: RunFolder | null,
    kept: SharedBlock,
    { metadata, config }: { readonly metadata: ModelMetadata; readonly config: FullConfig },
  ) {
    this.#engine = engine;
    this.#folder = folder;
    this.#kept = kept;
    this.#metadata = metadata;
    this.#config = config;
  }

  /** What of weights and optimizer state is NaN or infinite: null where nothing is. */
  check(): Promise<Unfit | null> {
    return this.#call("check", {});
  }

  /** Takes the weights for the best, and writes the model; not the checkpoint. They have been checked. */
  async keepBest(): Promise<void> {
    this.#folder?.assertHeld();
    await this.#call("model", { metadata: this.#metadata });
  }

  /**
   * Writes the checkpoint, and the model before it where the weights are the `best` so far. They have been checked. Why the
   * checkpoint could not be written, where it need not be.
   */
  async keep(progress: Progress, best: boolean, must: boolean): Promise<string | null> {
    this.#folder?.assertHeld();
    const { dtype, keep: kept } = this.#config;
    const state = { dtype, config: this.#config, metadata: this.#metadata, progress };
    return this.#call("keep", { best, state, kept, must });
  }

  /** Instruction set of the engine's kernels. */
  get isa(): string {
    return this.#engine.backend.isa;
  }

  /** Fills the engine from the checkpoint. */
  restore(): Promise<Restored> {
    return this.#call("restore", {});
  }

  /** True where the model file did not hold the best weights: it does now. */
  repairModel(): Promise<boolean> {
    return this.#call("repair", { metadata: this.#metadata });
  }

  /** Makes the averages the engine's weights, to be scored, and at the next call the other way round. */
  async swapAverages(): Promise<void> {
    await this.#call("swap", {});
  }

  /** Makes the best weights those of the engine. */
  async adoptBest(): Promise<void> {
    await this.#call("adopt", {});
  }

  /** Hashes of the engine's weights and of the best. */
  hashes(): Promise<{ readonly weights: string; readonly best: string }> {
    return this.#call("hash", {});
  }

  #call<K extends keyof KeepCalls>(call: K, input: KeepCalls[K]["input"]): Promise<KeepCalls[K]["output"]> {
    const request: KeepRequest<K> = {
      call,
      kept: this.#kept,
      paths: this.#folder && pathsOf(this.#folder),
      input,
    };
    return this.#engine.call<KeepRequest<K>, KeepCalls[K]["output"]>(task, request);
  }
}
