import type { Twin } from "./contract.js";

/** Places of `BarrierWords` (`native/barrier.h`) as 32-bit words: each on its own 128 bytes. */
const arrived = 0;
const generation = 32;
const sleepers = 64;
const poison = 96;

const spinMilliseconds = 0.05;
const sliceMilliseconds = 20;
const patienceMilliseconds = 100;

/**
 * Waits until all ranks have come. The last one resets the count and moves the generation on, which the others watch:
 * for a moment spinning where each rank has a core, then asleep in slices, because poison wakes nobody. After a tenth
 * of a second the wait is handed back as "waiting"; the next run goes on with it.
 */
export const barrier: Twin<"barrier"> = ({ words, ranks, spin }) => {
  let here = false;
  let mine = 0;
  const moved = () => Atomics.load(words, generation) !== mine;
  return (step) => {
    const begin = performance.now();
    const elapsed = () => performance.now() - begin;
    try {
      if (!here) {
        // Read before arriving: afterwards the generation may move on at any moment.
        mine = Atomics.load(words, generation);
        if (Atomics.add(words, arrived, 1) + 1 === ranks) {
          Atomics.store(words, arrived, 0);
          Atomics.store(words, generation, mine + 1);
          // Either a sleeper sees the new generation and does not sleep, or this sees the sleeper.
          if (Atomics.load(words, sleepers) > 0) Atomics.notify(words, generation);
          return;
        }
        here = true;
      }
      while (!moved()) {
        if (Atomics.load(words, poison) !== 0) return "poisoned";
        if (elapsed() > patienceMilliseconds) return "waiting";
        if (spin && elapsed() < spinMilliseconds) continue;
        Atomics.add(words, sleepers, 1);
        Atomics.wait(words, generation, mine, sliceMilliseconds);
        Atomics.sub(words, sleepers, 1);
      }
      here = false;
      return;
    } finally {
      step.waited(elapsed() / 1000);
    }
  };
};

/** Stops the program where the flag is up: a loss is not finite, and nothing may be updated. */
export const halt: Twin<"halt"> =
  ({ flag }) =>
  () =>
    Atomics.load(flag, 0) !== 0 ? "halted" : undefined;
