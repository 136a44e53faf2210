import { stepBlock } from "../../engine/step.js";
import { internalError } from "../../errors.js";
import type { Backend } from "../backend.js";
import { runStatus } from "../backend.js";
import type { Argument } from "../operations.js";
import { operationNames, signature } from "../operations.js";
import type { Run, Step, Stop, Twins } from "./contract.js";
import { dgemm, sgemm } from "./gemm.js";

/** A run hands control back to JavaScript's caller after about this long, between two operations. */
const sliceMilliseconds = 100;

interface Program {
  readonly runs: readonly Run[];
  readonly block: Float64Array;
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
    const runs: Run[] = [];
    for (this.#at = 2; this.#at < this.#words.length; ) runs.push(this.#operation());
    return { runs, block };
  }

  #operation(): Run {
    const name = operationNames[this.#words[this.#at]];
    if (name === undefined) throw this.#error("unknown operation");
    this.#at++;
    const values = Object.fromEntries(
      signature(name).map((argument) => [argument.name, this.#argument(argument, name)]),
    );
    // The one place where the types of an operation's arguments end: they follow from the signature just read.
    return (this.#twins[name] as (values: unknown) => Run)(values);
  }

  #argument({ kind, bits }: Argument, operation: string): number | ArrayBufferView {
    const length = kind === "buffer" ? 2 : 1;
    if (this.#at + length > this.#words.length) throw this.#error("ends inside an operation");
    const [value, bytes] = this.#words.subarray(this.#at, this.#at + length);
    if (kind !== "buffer") {
      this.#at++;
      return value;
    }
    const Type = bits === 0 ? this.#real : viewTypes[bits as keyof typeof viewTypes];
    const view = value === -1 ? new Type(0) : this.#view(Type, value, bytes, `buffer of ${operation}`);
    this.#at += length;
    return view;
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

function run({ runs, block }: Program, from: number): number {
  const step = readStep(block);
  const begin = performance.now();
  for (let i = from; i < runs.length; i++) {
    const stop: Stop | undefined = runs[i](step);
    if (stop === "waiting") return i;
    if (stop !== undefined) return runStatus[stop];
    if (i + 1 < runs.length && performance.now() - begin > sliceMilliseconds) return i + 1;
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
    sgemm,
    dgemm,
  };
}
