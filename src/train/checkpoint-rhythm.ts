/** `--checkpoint-every`: how much of a run may be lost, in updates, epochs or time. */
import { secondsOf, spanSchema } from "../base/span.js";
import { updatesOf } from "../optim/length.js";
import type { Left } from "../run/endings/ending.js";
import type { Session } from "../run/session.js";

/** What both leave. */
export const leastOf = (a: Left, b: Left | null): Left => ({
  updates: Math.min(a.updates, b?.updates ?? Infinity),
  seconds: Math.min(a.seconds, b?.seconds ?? Infinity),
});

export class CheckpointRhythm {
  readonly #updates: number;
  readonly #seconds: number;
  #last = { updates: 0, at: performance.now() };

  constructor({ config, steps }: Pick<Session, "config" | "steps">) {
    const every = config.checkpointEvery;
    const span = typeof every === "string" && spanSchema.safeParse(every).success;
    this.#updates = span ? Infinity : Math.max(1, updatesOf(every, { updatesPerEpoch: steps }));
    this.#seconds = span ? secondsOf(every) : Infinity;
  }

  /** A checkpoint of so many updates was written, or is where the run goes on from. */
  wrote(updates: number): void {
    this.#last = { updates, at: performance.now() };
  }

  /** What may be done before the next is due. Updates are counted over the whole run: every 500 is at 500, 1000 and so on. */
  left(updates: number): Left {
    const next = (Math.floor(updates / this.#updates) + 1) * this.#updates;
    const seconds = this.#seconds - (performance.now() - this.#last.at) / 1000;
    return { updates: Number.isFinite(next) ? next - updates : Infinity, seconds: Math.max(0, seconds) };
  }

  has(updates: number): boolean {
    return updates === this.#last.updates;
  }

  due(updates: number): boolean {
    if (this.has(updates)) return false;
    const passed = Math.floor(updates / this.#updates) > Math.floor(this.#last.updates / this.#updates);
    return passed || (performance.now() - this.#last.at) / 1000 >= this.#seconds;
  }
}
