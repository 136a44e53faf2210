import { barrierWord } from "../layout.js";

const { arrived, generation, sleepers, poison } = barrierWord;

const spinMilliseconds = 0.05;
const sliceMilliseconds = 20;
const patienceMilliseconds = 100;

/** One rank's wait at a barrier of a program, across the runs that it may take. */
export class Arrival {
  #here = false;
  #mine = 0;

  /**
   * Waits until all ranks have come. The last one resets the count and moves the generation on, which the others watch:
   * for a moment spinning where each rank has a core, then asleep in slices, because poison wakes nobody. After a tenth
   * of a second the wait is handed back as "waiting"; the next run goes on with it.
   */
  wait(words: Int32Array, ranks: number, spin: boolean): "waiting" | "poisoned" | undefined {
    const begin = performance.now();
    const elapsed = (): number => performance.now() - begin;
    if (!this.#here) {
      // Read before arriving: afterwards the generation may move on at any moment.
      this.#mine = Atomics.load(words, generation);
      if (Atomics.add(words, arrived, 1) + 1 === ranks) {
        Atomics.store(words, arrived, 0);
        Atomics.store(words, generation, this.#mine + 1);
        // Either a sleeper sees the new generation and does not sleep, or this sees the sleeper.
        if (Atomics.load(words, sleepers) > 0) Atomics.notify(words, generation);
        return undefined;
      }
      this.#here = true;
    }
    while (Atomics.load(words, generation) === this.#mine) {
      if (Atomics.load(words, poison) !== 0) return "poisoned";
      if (elapsed() > patienceMilliseconds) return "waiting";
      if (spin && elapsed() < spinMilliseconds) continue;
      Atomics.add(words, sleepers, 1);
      Atomics.wait(words, generation, this.#mine, sliceMilliseconds);
      Atomics.sub(words, sleepers, 1);
    }
    this.#here = false;
    return undefined;
  }
}
