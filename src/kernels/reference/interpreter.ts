/** The back end of plain TypeScript: it runs programs by the operations' twins. Slow, portable, and the oracle of the native one. */
import { internalError } from "../../base/errors.js";
import { type Backend, runStatus } from "../backend.js";
import { stepBlock } from "../layout.js";
import { type OperationName, operations } from "../ops/index.js";
import type { Step } from "../ops/operation.js";
import { Arrival } from "./barrier.js";
import { type BlockLoop, blocksOf } from "./blocks.js";
import { dgemm, sgemm } from "./gemm.js";
import { type Entry, Loader, type Program } from "./loader.js";

/** A run hands control back to JavaScript's caller after about this long, between two operations. */
const sliceMilliseconds = 100;

interface Loaded extends Program {
  readonly arrivals: ReadonlyMap<Entry, Arrival>;
  /** Seconds of each entry, where a profile is wanted. */
  spent: Float64Array | null;
}

/** The one place where the types of an operation's arguments end: they follow from the signature that the loader has read. */
const compute = (name: OperationName, values: unknown, step: Step): void =>
  (operations[name].twin as (values: unknown, step: Step) => void)(values, step);

const readStep = (block: Float64Array): Step => ({
  cursor: block[stepBlock.cursor],
  first: block[stepBlock.first],
  rows: block[stepBlock.rows],
  chunk: block[stepBlock.chunk],
  scale: block[stepBlock.scale],
  start: block[stepBlock.start] !== 0,
  finish: block[stepBlock.finish] !== 0,
  hyperparameters: block.subarray(stepBlock.hyperparameters, stepBlock.words),
  epoch: block[stepBlock.epoch],
  group: block[stepBlock.group],
  last: block[stepBlock.last] !== 0,
});

/** Where a run is: an entry, and of a loop the blocks that are done. */
class Run {
  readonly #program: Loaded;
  readonly #step: Step;
  readonly #begin = performance.now();
  #ran = false;

  constructor(program: Loaded) {
    [this.#program, this.#step] = [program, readStep(program.block)];
  }

  /** `from` and what it returns count on by the length of the program for each block of a loop that is done. */
  go(from: number): number {
    const { entries } = this.#program;
    for (let i = from % entries.length, done = Math.floor(from / entries.length); i < entries.length; done = 0) {
      if (this.#late()) return i + done * entries.length;
      const head = entries.findLastIndex(
        (entry, at) => entry.kind === "blocks" && at <= i && i <= at + entry.numbers["count"],
      );
      const stop = head < 0 ? this.#one(i) : this.#loop(head, i, done);
      if (stop !== undefined) return stop;
      i = head < 0 ? i + 1 : head + 1 + (entries[head] as Entry & { kind: "blocks" }).numbers["count"];
    }
    return runStatus.done;
  }

  #late(): boolean {
    return this.#ran && performance.now() - this.#begin > sliceMilliseconds;
  }

  /** Runs entry i; gives back where or why to stop, if so. */
  #one(i: number): number | undefined {
    return this.#timed(i, () => {
      const { entries, arrivals, block } = this.#program;
      const entry = entries[i];
      if (entry.kind === "operation") compute(entry.name, entry.valuesAt(0), this.#step);
      if (entry.kind === "halt" && Atomics.load(entry.words, 0) !== 0) return runStatus.halted;
      if (entry.kind === "exchange") throw internalError("the plain back end does not exchange with other processes");
      if (entry.kind !== "barrier") return undefined;
      const start = performance.now();
      const { ranks, spin } = entry.numbers;
      const outcome = arrivals.get(entry)?.wait(entry.words, ranks, spin !== 0);
      block[stepBlock.waited] += (performance.now() - start) / 1000;
      return outcome === "waiting" ? i : outcome && runStatus[outcome];
    });
  }

  /** Runs the loop at `head` from entry i of block `done` on. */
  #loop(head: number, i: number, done: number): number | undefined {
    const { entries } = this.#program;
    const { numbers } = entries[head] as Entry & { kind: "blocks" };
    const blocks = blocksOf(numbers as unknown as BlockLoop, this.#step);
    for (let at = Math.max(i, head + 1); done < blocks.length; done++, at = head + 1) {
      for (; at <= head + numbers["count"]; at++) {
        if (this.#late()) return at + done * entries.length;
        const { name, valuesAt } = entries[at] as Entry & { kind: "operation" };
        this.#timed(at, () => compute(name, valuesAt(blocks[done].row), blocks[done].step));
      }
    }
    return undefined;
  }

  #timed<T>(i: number, run: () => T): T {
    const { spent } = this.#program;
    const start = performance.now();
    const result = run();
    this.#ran = true;
    if (spent) spent[i] += (performance.now() - start) / 1000;
    return result;
  }
}

export function referenceBackend(): Backend {
  const programs = new Map<number, Loaded>();
  let next = 0;
  const found = (program: number, what: string): Loaded => {
    const loaded = programs.get(program);
    if (loaded === undefined) throw internalError(`${what}: no program ${program} is loaded`);
    return loaded;
  };
  return {
    name: "reference",
    isa: "typescript",
    address: () => 0,
    load(words, arena) {
      const program = new Loader(words, arena).load();
      const barriers = program.entries.filter(({ kind }) => kind === "barrier");
      programs.set(next, {
        ...program,
        arrivals: new Map(barriers.map((entry) => [entry, new Arrival()])),
        spent: null,
      });
      return next++;
    },
    unload(program) {
      found(program, "unload");
      programs.delete(program);
    },
    run: (program, from) => new Run(found(program, "run")).go(from),
    profile(program) {
      const loaded = found(program, "profile");
      const seconds = loaded.spent ?? new Float64Array(loaded.entries.length);
      loaded.spent = new Float64Array(loaded.entries.length);
      return seconds;
    },
    sgemm,
    dgemm,
  };
}
