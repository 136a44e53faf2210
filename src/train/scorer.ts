/** Scores a net and looks at its numbers: nothing passes that is not finite. */
import { existsSync } from "node:fs";
import type { Engine } from "../engine/engine.js";
import type { Answers } from "../metrics/answers.js";
import { everyEpoch, measure } from "../metrics/index.js";
import type { Score } from "../metrics/score.js";
import type { Session } from "../run/session.js";
import { firstUnfit } from "./first-unfit.js";
import type { Keeper } from "./keeper.js";
import { layerOf, type NonFinite, nonFiniteError } from "./non-finite.js";
import type { Progress } from "./progress.js";

/** Samples that tell whether a net's loss is still a number. */
const probeSamples = 64;

export class Scorer {
  readonly #engine: Engine;
  readonly #session: Session;
  readonly #keeper: Keeper;
  readonly #checkpointFile: string | null;

  constructor(engine: Engine, session: Session, keeper: Keeper, checkpointFile: string | null) {
    this.#engine = engine;
    this.#session = session;
    this.#keeper = keeper;
    this.#checkpointFile = checkpointFile;
  }

  /** What every epoch measures, and what decides the best: of the best weights, or of those after the last step; with `--ema`, of their average. Null where the signal came before the end. Throws where the loss is not finite. */
  async score(
    order: Uint32Array,
    of: Pick<Score, "split" | "epoch" | "weights">,
    signal?: AbortSignal,
  ): Promise<Score | null> {
    const { watched, steps, config } = this.#session;
    const where = `epoch ${of.epoch}, step ${steps}, ${of.split}`;
    const averaged = config.ema !== undefined;
    // The best weights are averages already.
    const swaps = averaged && of.weights === "last";
    if (swaps) await this.#keeper.swapAverages();
    const answers = await this.#answers(order, where, signal);
    if (swaps) await this.#keeper.swapAverages();
    if (!answers) return null;
    const values = measure(answers, [...everyEpoch, ...watched]);
    return { ...of, averaged, augmented: false, samples: answers.samples, values };
  }

  /**
   * Throws where a weight, or what the optimizer knows of it, is NaN or infinite: no file may hold that. The error names the update
   * that did it, of those since `begun`.
   */
  async assertFinite(progress: Progress, begun: Progress): Promise<void> {
    const found = await this.#keeper.check();
    if (!found) return;
    const of = { engine: this.#engine, session: this.#session, keeper: this.#keeper };
    const first = await firstUnfit({ ...of, checkpointFile: this.#checkpointFile }, begun, progress);
    const { parameter, what } = first?.unfit ?? found;
    const layer = layerOf(this.#session.net, parameter);
    throw this.nonFinite(afterUpdate(first?.progress ?? progress), `finite ${what}`, layer);
  }

  /**
   * Throws where finite weights are so large that the loss of the last minibatch is not: nothing can go on from them.
   * `order` is that of the epoch.
   */
  async probe(progress: Progress, order: Uint32Array): Promise<void> {
    const end = Math.min(progress.step * this.#session.batchSize, order.length);
    const last = order.subarray(Math.max(0, end - probeSamples), end);
    if (end > 0) await this.#answers(last, afterUpdate(progress));
  }

  nonFinite(
    where: string,
    expected: NonFinite["expected"] = "a finite loss",
    layer = this.#engine.firstNonFiniteLayer(),
  ): Error {
    const checkpoint = this.#checkpointFile !== null && existsSync(this.#checkpointFile);
    return nonFiniteError({ where, expected, net: this.#session.net, layer, checkpoint });
  }

  async #answers(order: Uint32Array, where: string, signal?: AbortSignal): Promise<Answers | null> {
    const outcome = await this.#engine.scoreUnless(signal, order);
    if (!outcome) return null;
    const { answers, firstNonFinite: place } = outcome;
    if (place === null) return answers;
    // Once more the sample that did it, so that its numbers are those in the arena.
    await this.#engine.score(order.subarray(place, place + 1));
    throw this.nonFinite(where);
  }
}

const afterUpdate = ({ epoch, step }: Progress): string => `epoch ${epoch + 1}, step ${step}, update`;
