/**
 * What an epoch's line says of how it was trained, beside scores: how busy each rank was, and, where the learning rate falls
 * steeply before or after the epoch, how far the weights moved in it. Where a fall takes effect, they move less.
 */
import type { Engine } from "../engine/engine.js";
import type { FinishedRank } from "../engine/job.js";
import { elementCount } from "../nn/net.js";
import type { Session } from "../run/session.js";
import type { EpochLine } from "./events.js";
import type { Progress } from "./progress.js";

/** A fall that is worth a copy of the weights at both ends of the epoch. */
const steep = 0.2;
/** Of larger nets it is not measured: both copies are made and compared on the caller's thread, which nothing may hold for long. */
const mostNumbers = 4e6;
/** Within an epoch that is measured, the rate falls by no more than this. */
const steady = 0.8;

export class EpochNotes {
  readonly #engine: Engine;
  readonly #session: Session;
  /** The learned weights as the epoch began; null where nobody asks how far they move. */
  #before: ReturnType<typeof learned> | null = null;
  #ranks: { seconds: number; waited: number }[] = [];

  constructor(engine: Engine, session: Session) {
    this.#engine = engine;
    this.#session = session;
  }

  /** Before a stretch of the epoch. */
  begin({ epoch, step }: Progress): void {
    if (step > 0) return;
    this.#ranks = [];
    this.#before = this.#isAtFall(epoch) ? learned(this.#engine) : null;
  }

  /** After it. */
  trained(ranks: readonly FinishedRank[]): void {
    this.#ranks = ranks.map(({ seconds, waited }, rank) => {
      const before = this.#ranks[rank] ?? { seconds: 0, waited: 0 };
      return { seconds: before.seconds + seconds, waited: before.waited + waited };
    });
  }

  end(): Pick<EpochLine, "load" | "moved"> {
    const load = this.#ranks.map(({ seconds, waited }) =>
      Number(Math.min(1, Math.max(0, 1 - waited / seconds)).toFixed(4)),
    );
    const [before, after] = [this.#before, this.#before && learned(this.#engine)];
    this.#before = null;
    if (!before || !after) return { load };
    let squares = 0;
    for (const [i, tensor] of after.entries()) {
      for (let j = 0; j < tensor.length; j++) squares += (tensor[j] - before[i][j]) ** 2;
    }
    return { load, moved: Math.sqrt(squares) };
  }

  #isAtFall(epoch: number): boolean {
    const { rate, steps, follow, config, net } = this.#session;
    if (net.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0) > mostNumbers) return false;
    // What validation makes of the rate is not known before.
    if (follow) return true;
    const [first, last] = [epoch * steps, epoch * steps + steps - 1];
    const falls = (from: number, to: number): boolean => rate(to) <= steep * rate(from);
    const isSteady = rate(last) >= steady * rate(first);
    return isSteady && ((epoch > 0 && falls(first - 1, first)) || (epoch + 1 < config.epochs && falls(last, last + 1)));
  }
}

/** Without running statistics, which move whatever the rate is. */
function learned(engine: Engine) {
  const { parameters } = engine.plan;
  return engine.parameters().filter((_, i) => parameters[i].spec.learned !== false);
}
