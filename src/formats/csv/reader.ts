/** Reads the cells of lines one after the other, plain whole numbers without making a text of them. */
import { comma, type Dialect, lineEnd, quote, space, tab } from "./dialect.js";

const [zero, nine, carriageReturn] = [48, 57, 13];

export class CellReader {
  readonly #bytes: Uint8Array;
  readonly #text: Buffer;
  readonly #dialect: Dialect;
  /** Where the next cell begins; one past the line's end once all were read. */
  #at: number;
  /** Where the line ends, without its line feed and carriage return. */
  #stop = 0;
  #next: number;

  constructor(bytes: Uint8Array, dialect: Dialect, first: number) {
    this.#bytes = bytes;
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#dialect = dialect;
    this.#at = first;
    this.#next = first;
  }

  beginLine(): void {
    const bytes = this.#bytes;
    const stop = lineEnd(bytes, this.#next, this.#dialect.end);
    this.#at = this.#next;
    this.#next = stop + 1;
    this.#stop = stop > this.#at && bytes[stop - 1] === carriageReturn ? stop - 1 : stop;
    if (this.#dialect.separator !== space) return;
    while (this.#stop > this.#at && isBlank(bytes[this.#stop - 1])) this.#stop--;
    this.#skipBlanks();
  }

  /** True for a line without a sign. */
  isEmpty(): boolean {
    return this.#at === this.#stop;
  }

  /** True where no cell is left. */
  atLineEnd(): boolean {
    return this.#at > this.#stop;
  }

  /** The value of the next cell, if it is a number of 1 to 9 digits and nothing else; else -1, and it is still the next. */
  wholeNumber(): number {
    const bytes = this.#bytes;
    const { separator } = this.#dialect;
    const [from, stop] = [this.#at, this.#stop];
    let [at, value] = [from, 0];
    for (; at < stop && bytes[at] >= zero && bytes[at] <= nine; at++) value = 10 * value + bytes[at] - zero;
    if (at === from || at > from + 9 || (at < stop && bytes[at] !== separator)) return -1;
    this.#leave(at);
    return value;
  }

  /** The next cell as text, without blanks and quotes around it; null where the line has no more. */
  cell(): string | null {
    const bytes = this.#bytes;
    const { separator } = this.#dialect;
    const [from, stop] = [this.#at, this.#stop];
    if (from > stop) return null;
    let [at, quoted] = [from, false];
    for (; at < stop && (quoted || bytes[at] !== separator); at++) if (bytes[at] === quote) quoted = !quoted;
    this.#leave(at);
    const text = this.#text.toString("utf8", from, at).trim();
    if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
    return text.slice(1, -1).replaceAll('""', '"').trim();
  }

  /** A cell ends here: over the separator, to the next one. */
  #leave(at: number): void {
    this.#at = at + 1;
    if (this.#dialect.separator === space && at < this.#stop) this.#skipBlanks();
  }

  #skipBlanks(): void {
    while (this.#at < this.#stop && isBlank(this.#bytes[this.#at])) this.#at++;
  }
}

const isBlank = (byte: number): boolean => byte === space || byte === tab;

const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a cell holds; NaN where it holds none. */
export function numberOf(text: string, decimal: number): number {
  const pointed = decimal === comma ? text.replace(",", ".") : text;
  return plain.test(pointed) ? Number(pointed) : Number.NaN;
}
