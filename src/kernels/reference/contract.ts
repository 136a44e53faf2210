/**
 * What a twin is. Every operation of `operations.ts` has one: plain loops over typed arrays that say what the addon's
 * kernel computes. Twins are the oracle of the kernel tests, and the back end where there is no addon.
 *
 * A twin is called once per operation when a program is loaded, with the operation's arguments: numbers, and views of
 * the arena (an absent buffer is a view of length 0). It returns what runs in each step. Arithmetic is in double and
 * storing rounds to the run's format, so a sum that is kept in its array takes the steps that the addon's takes.
 */
import { panelVectors, vectorBytes } from "../backend.js";
import type { OperationName, operations } from "../operations.js";

/** Elements of the run's number format. */
export type Real = Float32Array | Float64Array;

type Words<S extends string> = S extends `${infer Head} ${infer Tail}` ? Head | Words<Tail> : S;
type NameOf<W extends string> = W extends `${infer N}*${string}` ? N : W extends `${infer N}~` ? N : W;
type ValueOf<W extends string> = W extends `${string}*${infer Bits}`
  ? { "": Real; "8": Uint8Array; "16": Uint16Array; "32": Int32Array; "64": Float64Array }[Bits & BufferBits]
  : number;
type BufferBits = "" | "8" | "16" | "32" | "64";
/** The arguments of one operation by name, derived from its signature. */
export type TwinArguments<O extends OperationName> = {
  readonly [W in Words<(typeof operations)[O]> as NameOf<W>]: ValueOf<W>;
};

/** The step block as a program reads it when a run begins (`engine/step.ts`). */
export interface Step {
  readonly cursor: number;
  readonly first: number;
  readonly rows: number;
  readonly chunk: number;
  readonly scale: number;
  readonly start: boolean;
  readonly finish: boolean;
  readonly hyper: Float64Array;
  readonly epoch: number;
  /** The group of samples whose partial gradient this block adds to; `last` where it is the group's last block. */
  readonly group: number;
  readonly last: boolean;
  /** Adds to the seconds spent waiting. */
  waited(seconds: number): void;
}

/** Why a program stops at an operation: others are still missing at a barrier · a rank left for good · a flag is up. */
export type Stop = "waiting" | "poisoned" | "halted";
export type Run = (step: Step) => Stop | undefined;
export type Twin<O extends OperationName> = (values: TwinArguments<O>) => Run;
/** A loop over blocks is the interpreter's own. */
export type Twins = { readonly [O in Exclude<OperationName, "blocks">]: Twin<O> };

/** Numbers in a vector of 64 bytes. */
export const lanesOf = (view: Real): number => vectorBytes / view.BYTES_PER_ELEMENT;
/** n rounded up to whole vectors. */
export const padded = (n: number, lanes: number): number => Math.ceil(n / lanes) * lanes;
/** A private array of the same format. */
export const arrayLike = (view: Real, length: number): Real =>
  view instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
/** Rounds to the format of the view. */
export const roundingOf = (view: Real): ((value: number) => number) =>
  view instanceof Float32Array ? Math.fround : (value) => value;

/** A panel of a packed matrix: all its rows of columns [column, column + width), stored as [row][width] from `at` on. */
export interface Panel {
  readonly at: number;
  readonly column: number;
  readonly width: number;
}

/** The panels of a packed matrix of `depth` rows and n columns: 3 vectors wide, the last as wide as is left. */
export function panelsOf(depth: number, n: number, lanes: number): Panel[] {
  const all = padded(n, lanes);
  const panels: Panel[] = [];
  for (let column = 0; column < all; column += panelVectors * lanes) {
    panels.push({ at: column * depth, column, width: Math.min(panelVectors * lanes, all - column) });
  }
  return panels;
}
