/**
 * The language in which an operation says what it takes: words, each a name and a mark.
 *
 *   x[]           rows in the run's number format: a buffer, and the numbers from row to row
 *   argmax[8]     rows of elements of that many bits
 *   w*  m*64      a buffer in the run's number format, or in elements of that many bits
 *   y[]?  b*?     ... that may be absent: null
 *   state+        the optimizer's state: a buffer for each kind that it has
 *   activation()  an elementwise function
 *   units..       a range of work, [first, last)
 *   rate~         a real number
 *   pixels        an integer
 *
 * A program knows buffers, real numbers and integers alone, so each argument becomes one or two *words* of it: rows `x*
 * ldx`, an elementwise function its number and `slope~`, a range `firstUnit lastUnit`. The addon lists those.
 */

import type { Elementwise } from "./activations/index.js";

/** A stretch of the arena: byte offset and length. */
export interface Region {
  readonly offset: number;
  readonly bytes: number;
  /** Bytes from one sample's row to the next, where a loop over blocks of samples moves along. */
  readonly rowBytes?: number;
}

/** The offset of byte k of what is mapped beside the arena, and only read; -1 says that a buffer is absent. */
export const mappedOffset = (k: number): number => -2 - k;

/** A matrix in the arena, `ld` numbers from row to row. */
export interface Rows {
  readonly region: Region;
  readonly ld: number;
}

/** [first, last). */
export type Range = readonly [first: number, last: number];

type Split<S extends string> = S extends `${infer Head} ${infer Tail}` ? Head | Split<Tail> : S;
type NameOf<W extends string> = W extends `${infer N}${"[" | "*" | "+" | "(" | "~" | ".."}${string}` ? N : W;

/** What stands for each kind of argument: in a program, where it runs, in a test. `buffer` and `rows` by bits: "" the run's format. */
export interface Kinds {
  readonly buffer: Readonly<Record<Bits, unknown>>;
  readonly rows: Readonly<Record<Bits, unknown>>;
  readonly absent: unknown;
  readonly state: unknown;
  readonly activation: unknown;
}
export type Bits = "" | "8" | "16" | "32" | "64";

type ValueOf<W extends string, K extends Kinds> = W extends `${infer Required}?`
  ? ValueOf<Required, K> | K["absent"]
  : W extends `${string}[${infer B extends Bits}]`
    ? K["rows"][B]
    : W extends `${string}*${infer B extends Bits}`
      ? K["buffer"][B]
      : W extends `${string}+`
        ? K["state"]
        : W extends `${string}()`
          ? K["activation"]
          : W extends `${string}..`
            ? Range
            : number;

/** The arguments that a signature asks for, by name. */
export type ArgumentsOf<S extends string, K extends Kinds> = { readonly [W in Split<S> as NameOf<W>]: ValueOf<W, K> };

/** In a program all buffers are stretches of the arena; the writer refuses those that are absent and must not be. */
export interface InProgram {
  readonly buffer: Readonly<Record<Bits, Region | Rows | null>>;
  readonly rows: Readonly<Record<Bits, Rows | null>>;
  readonly absent: null;
  readonly state: readonly Region[];
  readonly activation: Elementwise;
}

export interface Argument {
  readonly name: string;
  readonly kind: "rows" | "buffer" | "state" | "activation" | "range" | "real" | "integer";
  /** Bits of a buffer's elements; 0 for the run's number format. */
  readonly bits: number;
  /** May be absent. */
  readonly optional: boolean;
}

export interface Word {
  readonly name: string;
  readonly kind: "buffer" | "real" | "integer";
  readonly bits: number;
}

const kinds = {
  "[": "rows",
  "*": "buffer",
  "+": "state",
  "(": "activation",
  ".": "range",
  "~": "real",
  "": "integer",
} as const;

/** The arguments of a signature, in its order. */
export function argumentsOf(signature: string): Argument[] {
  return signature.split(" ").map((word) => {
    const [, name, mark, bits] = /^(\w+)(\W?)\W*(\d*)/.exec(word) as unknown as [
      string,
      string,
      keyof typeof kinds,
      string,
    ];
    return { name, kind: kinds[mark], bits: Number(bits), optional: word.endsWith("?") };
  });
}

const capital = (name: string): string => name[0].toUpperCase() + name.slice(1);

/** The words of one argument. */
export function wordsOf({ name, kind, bits }: Argument): Word[] {
  const buffer = (word: string): Word => ({ name: word, kind: "buffer", bits });
  const integer = (word: string): Word => ({ name: word, kind: "integer", bits: 0 });
  switch (kind) {
    case "rows":
      return [buffer(name), integer(`ld${name}`)];
    case "buffer":
      return [buffer(name)];
    case "state":
      return (name === "state" ? ["s", "t", "v"] : ["S", "T", "V"].map((kindOf) => name.replace("State", kindOf))).map(
        buffer,
      );
    case "activation":
      return [integer(name), { name: "slope", kind: "real", bits: 0 }];
    case "range":
      return ["first", "last"].map((end) => integer(end + capital(name.slice(0, -1))));
    default:
      return [{ name, kind, bits: 0 }];
  }
}

/** All words of a signature, as C++ has them. */
export function wordText(signature: string): string {
  const marks = { buffer: "*", real: "~", integer: "" };
  const words = argumentsOf(signature).flatMap(wordsOf);
  return words.map(({ name, kind, bits }) => `${name}${marks[kind]}${bits || ""}`).join(" ");
}
