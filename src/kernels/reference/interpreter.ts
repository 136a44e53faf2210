import { stepBlock } from "../../engine/step.js";
import { internalError } from "../../errors.js";
import type { Backend } from "../backend.js";
import { runStatus } from "../backend.js";
import type { Argument } from "../operations.js";
import { operationNames, signature } from "../operations.js";
import { type BlockLoop, blocksOf } from "./blocks.js";
import type { Real, Run, Step, Stop, Twins } from "./contract.js";
import { dgemm, sgemm } from "./gemm.js";

/** A run hands control back to JavaScript's caller after about this long, between two operations. */
const sliceMilliseconds = 100;

/** An operation of a program: what makes its run for a block that begins at `row`, and what it has made. */
interface Entry {
  readonly run: (row: number) => Run;
  /** A loop may hold it. */
  readonly kernel: boolean;
  /** Set where it is a loop over the next `count` entries. */
  readonly loop: BlockLoop | null;
}

interface Program {
  readonly entries: readonly Entry[];
  readonly block: Float64Array;
  /** Seconds of each entry, where a profile is wanted. */
  spent: Float64Array | null;
}

type ViewType = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;
const viewTypes = { 8: Uint8Array, 16: Uint16Array, 32: Int32Array, 64: Float64Array };

/** Reads a program over the arena: the same words, in the same form, as `Program::load` in `native/program.h`. */
class Loader {
  readonly #twins: Twins;
  readonly #words: Float64Array;
  readonly #arena: Uint8Array;
  readonly #real: typeof Float32Array | typeof Float64Array;
  #at = 0;

  constructor(twins: Twins, words: Float64Array, arena: Uint8Array) {
    [this.#twins, this.#words, this.#arena] = [twins, words, arena];
    const elementBytes = words[0];
    if (words.length < 2 || (elementBytes !== 4 && elementBytes !== 8)) {
      throw this.#error("expected an element size of 4 or 8");
    }
    this.#real = elementBytes === 4 ? Float32Array : Float64Array;
  }

  load(): Program {
    const block = this.#view(Float64Array, this.#words[1], stepBlock.words * 8, "step block") as Float64Array;
    const entries: Entry[] = [];
    for (this.#at = 2; this.#at < this.#words.length; ) entries.push(this.#operation());
    for (const [i, { loop }] of entries.entries()) {
      if (loop === null) continue;
      const body = entries.slice(i + 1, i + 1 + loop.count);
      if (!(loop.size > 0 && loop.count > 0) || body.length < loop.count) {
        throw this.#error("a loop over blocks of no samples, or beyond the program");
      }
      if (body.some((entry) => !entry.kernel)) {
        throw this.#error("a loop over blocks holds something other than kernels");
      }
    }
    return { entries, block, spent: null };
  }

  #operation(): Entry {
    const name = operationNames[this.#words[this.#at]];
    if (name === undefined) throw this.#error("unknown operation");
    this.#at++;
    const readers = signature(name).map((argument) => [argument.name, this.#argument(argument, name)] as const);
    const valuesAt = (row: number): unknown => Object.fromEntries(readers.map(([key, read]) => [key, read(row)]));
    if (name === "blocks") {
      return { run: () => () => undefined, kernel: false, loop: valuesAt(0) as BlockLoop };
    }
    const made = new Map<number, Run>();
    const run = (row: number): Run => {
      let known = made.get(row);
      // The one place where the types of an operation's arguments end: they follow from the signature just read.
      if (known === undefined) made.set(row, (known = (this.#twins[name] as (values: unknown) => Run)(valuesAt(row))));
      return known;
    };
    run(0);
    return { run, kernel: name !== "barrier" && name !== "halt", loop: null };
  }

  /** What gives the argument's value for a block that begins at a row. */
  #argument({ kind, bits }: Argument, operation: string): (row: number) => number | ArrayBufferView {
    const length = kind === "buffer" ? 3 : 1;
    if (this.#at + length > this.#words.length) throw this.#error("ends inside an operation");
    const [value, bytes, rowBytes] = this.#words.subarray(this.#at, this.#at + length);
    if (kind !== "buffer") {
      this.#at++;
      return () => value;
    }
    const Type = bits === 0 ? this.#real : viewTypes[bits as keyof typeof viewTypes];
    const view = value === -1 ? new Type(0) : this.#view(Type, value, bytes, `buffer of ${operation}`);
    this.#at += length;
    const rowLength = rowBytes / Type.BYTES_PER_ELEMENT;
    return (row) => (rowLength > 0 ? (view as Real).subarray(row * rowLength) : view);
  }

  #view(Type: ViewType & { BYTES_PER_ELEMENT: number }, offset: number, bytes: number, what: string): ArrayBufferView {
    const start = this.#arena.byteOffset + offset;
    const inside = Number.isInteger(offset) && offset >= 0 && bytes >= 0 && offset + bytes <= this.#arena.byteLength;
    if (!inside || start % Type.BYTES_PER_ELEMENT !== 0) throw this.#error(`${what} outside the arena or not aligned`);
    return new Type(this.#arena.buffer, start, Math.floor(bytes / Type.BYTES_PER_ELEMENT));
  }

  #error(what: string): Error {
    return internalError(`load: program word ${this.#at}: ${what}`);
  }
}

function readStep(block: Float64Array): Step {
  return {
    cursor: block[stepBlock.cursor],
    first: block[stepBlock.first],
    rows: block[stepBlock.rows],
    chunk: block[stepBlock.chunk],
    scale: block[stepBlock.scale],
    start: block[stepBlock.start] !== 0,
    finish: block[stepBlock.finish] !== 0,
    hyper: block.subarray(stepBlock.hyper, stepBlock.waited),
    epoch: block[stepBlock.epoch],
    group: block[stepBlock.group],
    last: block[stepBlock.last] !== 0,
    waited(seconds) {
      block[stepBlock.waited] += seconds;
    },
  };
}

/** `from` and what it returns count on by the length of the program for each block of a loop that is done. */
function run({ entries, block, spent }: Program, from: number): number {
  const step = readStep(block);
  const begin = performance.now();
  const late = (): boolean => performance.now() - begin > sliceMilliseconds;
  for (let i = from % entries.length, done = Math.floor(from / entries.length); i < entries.length; ) {
    const head = entries.findLastIndex(({ loop }, at) => loop !== null && at <= i && i <= at + loop.count);
    if (head < 0) {
      const start = performance.now();
      const stop: Stop | undefined = entries[i].run(0)(step);
      if (spent) spent[i] += (performance.now() - start) / 1000;
      if (stop === "waiting") return i;
      if (stop !== undefined) return runStatus[stop];
      i++;
    } else {
      const loop = entries[head].loop!;
      const body = entries.slice(head + 1, head + 1 + loop.count);
      const blocks = blocksOf(loop, step);
      for (let at = Math.max(i - head - 1, 0); done < blocks.length; done++, at = 0) {
        for (; at < body.length; at++) {
          if (late() && i > head) return head + 1 + at + done * entries.length;
          const start = performance.now();
          body[at].run(blocks[done].row)(blocks[done].step);
          if (spent) spent[head + 1 + at] += (performance.now() - start) / 1000;
          i = head + 1;
        }
      }
      [i, done] = [head + 1 + loop.count, 0];
    }
    if (i < entries.length && late()) return i;
  }
  return runStatus.done;
}

/** A back end that runs programs by twins. */
export function interpreter(twins: Twins): Backend {
  const programs = new Map<number, Program>();
  let next = 0;
  return {
    name: "reference",
    isa: "typescript",
    address: () => 0,
    load(words, arena) {
      programs.set(next, new Loader(twins, words, arena).load());
      return next++;
    },
    unload(program) {
      if (!programs.delete(program)) throw internalError(`unload: no program ${program} is loaded`);
    },
    run(program, from) {
      const loaded = programs.get(program);
      if (loaded === undefined) throw internalError(`run: no program ${program} is loaded`);
      return run(loaded, from);
    },
    profile(program) {
      const loaded = programs.get(program);
      if (loaded === undefined) throw internalError(`profile: no program ${program} is loaded`);
      const seconds = loaded.spent ?? new Float64Array(loaded.entries.length);
      loaded.spent = new Float64Array(loaded.entries.length);
      return seconds;
    },
    sgemm,
    dgemm,
  };
}
