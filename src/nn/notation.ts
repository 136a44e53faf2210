/** How a layer is written in a sentence of the arrow language (`zoo/arrow/`): a word, and what follows it. */
import type { LayerSpec } from "./spec.js";

export interface Notation<Spec extends LayerSpec = LayerSpec> {
  /** In lower case: "conv". Sentences may write it in any case. */
  readonly word: string;
  /** Its grammar and an example for help and errors: "conv 32x3 same". */
  readonly usage: string;
  /** What the word alone means, where its arguments may be left out. */
  readonly bare?: Spec;
  /** Takes the arguments off the sentence. */
  read(sentence: Arguments): Spec;
  /** The arguments as a sentence has them, after the word: "32x3 same". `list` writes the layers of a branch. */
  write(spec: Spec, list: (layers: readonly LayerSpec[]) => string): string;
}

/** What follows a word. Each method takes what comes next, or throws `usageError` with a caret under it. */
export interface Arguments {
  integer(what: string, least: number): number;
  number(what: string): number;
  /** "32x3x3": whole numbers joined by x, at least `least` and at most `most` of them. */
  sizes(what: string, least: number, most: number): number[];
  /** The word that comes next, if it is one of these. */
  oneOf(...words: string[]): string | undefined;
  /** Whether a number comes next. */
  hasNumber(): boolean;
  /** Lists of layers in parentheses, at least one. */
  lists(what: string, most: number): LayerSpec[][];
}

/** The sizes of a window as a sentence has them: 3 for 3x3. */
export const sizeText = (size: number | readonly [number, number]): string =>
  typeof size === "number" ? `${size}` : size[0] === size[1] ? `${size[0]}` : size.join("x");

/** Back from "3" or "3x5". */
export const sizeOf = ([height, width = height]: readonly number[]): number | [number, number] =>
  height === width ? height : [height, width];
