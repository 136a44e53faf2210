/**
 * Python pickles of plain things, numpy's arrays among them, protocols 0 to 5. A pickle is a program for a small machine that
 * may call any function of Python: this one has no functions. It knows how numpy and the standard library write arrays, bytes
 * and ordered dictionaries, and refuses whatever else would be called, by its name.
 * https://github.com/python/cpython/blob/main/Lib/pickletools.py describes the operations.
 */
import { dataError, type HeddleError } from "../base/errors.js";
import { build, call, PyDict, type PyValue } from "./pickle-objects.js";
import { operations } from "./pickle-operations.js";
import { longestNumber } from "./pickle-text.js";

/** More items than that make no data set, and cannot come from a file that Node can read. */
const mostOperations = 2 ** 27;

const mark = Symbol("mark");

/** All of one pickle. Throws `dataError` naming the byte where it is damaged, or would call what is not known. */
export function unpickle(bytes: Uint8Array, where: string): PyValue {
  return new Machine(bytes, where).run();
}

/** A pickle while it is read: its stack, what it keeps, and where it is. Its operations are in `pickle-operations.ts`. */
export class Machine {
  readonly #bytes: Buffer;
  readonly #where: string;
  readonly #stack: (PyValue | typeof mark)[] = [];
  readonly #memo = new Map<number, PyValue>();
  /** The operation that is being done, and where the next thing is read. */
  #start = 0;
  #at = 0;

  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#where = where;
  }

  run(): PyValue {
    for (let count = 0; count < mostOperations; count++) {
      this.#start = this.#at;
      const code = this.#byte();
      if (code === 0x2e) return this.#end();
      const operation = operations[code];
      if (!operation) throw this.#wrong("an operation of a pickle", `byte 0x${code.toString(16)}`);
      operation.call(this);
    }
    throw this.#wrong(`at most ${mostOperations} operations`, "more");
  }

  #end(): PyValue {
    const value = this.pop();
    const rest = this.#bytes.subarray(this.#at);
    if (rest.length > 0 && rest.toString("latin1").trim() !== "") {
      throw this.#wrong("the end of the file after one pickle", `${rest.length} more bytes`);
    }
    return value;
  }

  push(value: PyValue): void {
    this.#stack.push(value);
  }

  pop(): PyValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw this.#wrong("a value to work on", "none");
    return value;
  }

  top(): PyValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    this.#stack.push(mark);
  }

  /** What was put on the stack since the last mark, which goes too. */
  popMark(): PyValue[] {
    const from = this.#stack.lastIndexOf(mark);
    if (from < 0) throw this.#wrong("a mark on the stack", "none");
    const values = this.#stack.splice(from);
    return values.slice(1) as PyValue[];
  }

  drop(): void {
    if (this.#stack.pop() === undefined) throw this.#wrong("a value to drop", "none");
  }

  put(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#wrong(`a value kept under ${index}`, "none");
    this.push(value);
  }

  append(items: readonly PyValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.#wrong("a list to append to", "something else");
    for (const item of items) list.push(item);
  }

  setItems(items: readonly PyValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PyDict) || items.length % 2 !== 0)
      throw this.#wrong("a dictionary and pairs for it", "something else");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  call(): void {
    const args = this.pop();
    const callee = this.pop();
    this.push(call(callee, args, () => this.#place()));
  }

  build(): void {
    const state = this.pop();
    this.push(build(this.pop(), state, () => this.#place()));
  }

  refuse(expected: string, got: string): never {
    throw this.#wrong(expected, got);
  }

  #byte(): number {
    return this.take(1)[0];
  }

  take(count: number): Buffer {
    const end = this.#at + count;
    if (!(end <= this.#bytes.length)) {
      const where = `${this.#where} at byte ${this.#bytes.length}`;
      throw dataError({ where, expected: "more of a pickle", got: "the end of a file that is cut short" });
    }
    return this.#bytes.subarray(this.#at, (this.#at = end));
  }

  /** A little-endian count of so many bytes. */
  size(bytes: 1 | 2 | 4 | 8): number {
    return bytes === 8 ? Number(this.take(8).readBigUInt64LE()) : this.take(bytes).readUIntLE(0, bytes);
  }

  /** A line of protocol 0, without its end. */
  line(most = Number.MAX_SAFE_INTEGER): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) this.take(this.#bytes.length - this.#at + 1);
    if (end - this.#at > most) throw this.#wrong(`a line of at most ${most} signs`, `${end - this.#at}`);
    const text = this.#bytes.toString("latin1", this.#at, end);
    this.#at = end + 1;
    if (text.endsWith("\r")) throw this.#wrong("a line that ends in LF", "CRLF: the file was copied as text");
    return text;
  }

  number(text: string): number | bigint {
    const digits = text.replace(/L$/, "");
    if (!/^[+-]?\d+$/.test(digits)) throw this.#wrong("a whole number", JSON.stringify(text.slice(0, 40)));
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : BigInt(digits);
  }

  /** Little-endian two's complement of any length. */
  long(length: number): number | bigint {
    if (length > longestNumber) throw this.#wrong(`a number of at most ${longestNumber} bytes`, `${length}`);
    const bytes = this.take(length);
    if (length === 0) return 0;
    const value = BigInt.asIntN(8 * length, BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`));
    return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
  }

  #place(): string {
    return `${this.#where} at byte ${this.#start}`;
  }

  #wrong(expected: string, got: string): HeddleError {
    return dataError({ where: this.#place(), expected, got });
  }
}
