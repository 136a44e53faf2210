/** Reads a program over an arena: the same words, in the same form, as `Program::load` in `native/program.h`. */
import { internalError } from "../../base/errors.js";
import { activationOf } from "../activations/index.js";
import { stepBlock } from "../layout.js";
import {
  type ControlName,
  controls,
  type InstructionName,
  instructionNames,
  type OperationName,
  signature,
} from "../ops/index.js";
import type { BoundFunction, Real } from "../ops/operation.js";
import type { Argument } from "../signature.js";

/** An instruction of a program. */
export type Entry =
  /** Its arguments, for a block that begins at that row of the chunk. */
  | { readonly kind: "operation"; readonly name: OperationName; readonly valuesAt: (row: number) => unknown }
  | { readonly kind: ControlName; readonly words: Int32Array; readonly numbers: Readonly<Record<string, number>> };

export interface Program {
  readonly entries: readonly Entry[];
  readonly block: Float64Array;
}

type View = Real | Uint8Array | Uint16Array | Int32Array;
const viewTypes = { 8: Uint8Array, 16: Uint16Array, 32: Int32Array, 64: Float64Array };

/** The function of that number. */
function bind(number: number, slope: number): BoundFunction {
  const { apply, derive } = activationOf(number);
  return { apply: (x) => apply(x, slope), derive: (from, dy) => derive(from, dy, slope) };
}

export class Loader {
  readonly #words: Float64Array;
  readonly #arena: Uint8Array;
  readonly #real: typeof Float32Array | typeof Float64Array;
  #at = 0;

  constructor(words: Float64Array, arena: Uint8Array) {
    [this.#words, this.#arena] = [words, arena];
    const elementBytes = words[0];
    if (words.length < 2 || (elementBytes !== 4 && elementBytes !== 8)) {
      throw this.#error("expected an element size of 4 or 8");
    }
    this.#real = elementBytes === 4 ? Float32Array : Float64Array;
  }

  load(): Program {
    const block = this.#view(Float64Array, this.#words[1], stepBlock.words * 8, "step block") as Float64Array;
    const entries: Entry[] = [];
    for (this.#at = 2; this.#at < this.#words.length; ) entries.push(this.#entry());
    for (const [i, entry] of entries.entries()) {
      if (entry.kind !== "blocks") continue;
      const { size, count } = entry.numbers;
      const body = entries.slice(i + 1, i + 1 + count);
      if (!(size > 0 && count > 0) || body.length < count) {
        throw this.#error("a loop over blocks of no samples, or beyond the program");
      }
      if (body.some(({ kind }) => kind !== "operation")) {
        throw this.#error("a loop over blocks holds something other than kernels");
      }
    }
    return { entries, block };
  }

  #entry(): Entry {
    const name = instructionNames[this.#words[this.#at]];
    if (name === undefined) throw this.#error("unknown operation");
    this.#at++;
    const readers = signature(name).map((argument) => [argument.name, this.#argument(argument, name)] as const);
    const valuesAt = (row: number): Record<string, unknown> =>
      Object.fromEntries(readers.map(([key, read]) => [key, read(row)]));
    const values = valuesAt(0);
    if (name in controls) {
      const words = (values["words"] ?? values["flag"]) as Int32Array;
      return { kind: name as ControlName, words, numbers: values as Record<string, number> };
    }
    const known = new Map<number, unknown>([[0, values]]);
    return {
      kind: "operation",
      name: name as OperationName,
      valuesAt(row) {
        if (!known.has(row)) known.set(row, valuesAt(row));
        return known.get(row);
      },
    };
  }

  /** What gives the argument's value for a block that begins at a row. */
  #argument({ kind, bits, optional }: Argument, of: InstructionName): (row: number) => unknown {
    switch (kind) {
      case "rows": {
        const [view, ld] = [this.#buffer(bits, of), this.#number()];
        const rowsFrom = (all: View): unknown => ({
          row: (r: number) => (ld > 0 ? all.subarray(r * ld, (r + 1) * ld) : all),
        });
        return (row) => (optional && view(row).length === 0 ? null : rowsFrom(view(row)));
      }
      case "buffer": {
        const view = this.#buffer(bits, of);
        return (row) => (optional && view(row).length === 0 ? null : view(row));
      }
      case "state": {
        const kinds = [this.#buffer(0, of), this.#buffer(0, of), this.#buffer(0, of)];
        return (row) => kinds.map((view) => view(row)).filter(({ length }) => length > 0);
      }
      case "activation": {
        const number = this.#number();
        const slope = this.#number();
        const activation = bind(number, this.#real === Float32Array ? Math.fround(slope) : slope);
        return () => activation;
      }
      case "range": {
        const range = [this.#number(), this.#number()];
        return () => range;
      }
      default: {
        const value = this.#number();
        return () => value;
      }
    }
  }

  #number(): number {
    if (this.#at >= this.#words.length) throw this.#error("ends inside an operation");
    return this.#words[this.#at++];
  }

  /** A buffer's view from a row on; of length 0 where it is absent. */
  #buffer(bits: number, of: InstructionName): (row: number) => View {
    const at = this.#at;
    const [offset, bytes, rowBytes] = [this.#number(), this.#number(), this.#number()];
    const Type = bits === 0 ? this.#real : viewTypes[bits as keyof typeof viewTypes];
    this.#at = at;
    const view = offset === -1 ? new Type(0) : this.#view(Type, offset, bytes, `buffer of ${of}`);
    this.#at = at + 3;
    return (row) => (rowBytes > 0 ? view.subarray((row * rowBytes) / Type.BYTES_PER_ELEMENT) : view);
  }

  #view(
    Type: (new (buffer: ArrayBufferLike, byteOffset: number, length: number) => View) & { BYTES_PER_ELEMENT: number },
    offset: number,
    bytes: number,
    what: string,
  ): View {
    const start = this.#arena.byteOffset + offset;
    const inside = Number.isInteger(offset) && offset >= 0 && bytes >= 0 && offset + bytes <= this.#arena.byteLength;
    if (!inside || start % Type.BYTES_PER_ELEMENT !== 0) throw this.#error(`${what} outside the arena or not aligned`);
    return new Type(this.#arena.buffer, start, Math.floor(bytes / Type.BYTES_PER_ELEMENT));
  }

  #error(what: string): Error {
    return internalError(`load: program word ${this.#at}: ${what}`);
  }
}
