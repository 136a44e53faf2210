/**
 * The contract of an operation: what a layer appends to a program. The addon computes it by a kernel, the reference back end
 * by its *twin*, the plain loop that says what the kernel computes. An operation is an entry in a file here, the file a line
 * in `index.ts`, and a kernel under `native/`.
 *
 * A twin writes its outputs for the rows, groups or units at hand, from arguments that are numbers and views of the arena.
 * It is the oracle of the kernel tests, so it works on plain arrays in the order of the formula: packed weights are unpacked
 * first, results packed last (`plain.ts`). Arithmetic is in double, and storing rounds to the run's format, so a sum that
 * is kept in an array takes the steps that the kernel's takes. Nothing that runs by the addon imports a twin.
 */
import type { ArgumentsOf, Range } from "../signature.js";

/** Elements of the run's number format. */
export type Real = Float32Array | Float64Array;

/** A matrix in the arena. */
export interface Rows<A> {
  /** Row r: its numbers, and what lies between them and the next row. */
  row(r: number): A;
}

/** An elementwise function, its slope known. */
export interface BoundFunction {
  /** f(x). */
  readonly apply: (x: number) => number;
  /** dy f'(x), from y or x as the function has it. */
  readonly derive: (from: number, dy: number) => number;
}

/** Buffers by the bits of their elements; "" is the run's number format. */
export interface Elements {
  readonly "": Real;
  readonly "8": Uint8Array;
  readonly "16": Uint16Array;
  readonly "32": Int32Array;
  readonly "64": Float64Array;
}
/** What stands for each kind of argument where a twin runs. */
interface InTwin {
  readonly buffer: Elements;
  readonly rows: { readonly [B in keyof Elements]: Rows<Elements[B]> };
  readonly absent: null;
  /** An array for each kind of state. */
  readonly state: readonly Real[];
  readonly activation: BoundFunction;
}
export type TwinValues<S extends string> = ArgumentsOf<S, InTwin>;

/** What a twin reads of the step block (`layout.ts`). */
export interface Step {
  /** Place in the order of the chunk's first row. */
  readonly cursor: number;
  /** This rank's rows of the chunk: `rows` from `first` on. */
  readonly first: number;
  readonly rows: number;
  /** Rows of the chunk over all ranks. */
  readonly chunk: number;
  /** 1 / weight of the minibatch. */
  readonly scale: number;
  /** The gradient, or a group's part of it, starts here; the minibatch's gradient ends here. */
  readonly start: boolean;
  readonly finish: boolean;
  /** The optimizer's numbers of this step. */
  readonly hyperparameters: Float64Array;
  readonly epoch: number;
  /** The group of samples whose partial gradient this block adds to; `last` where it is the group's last block. */
  readonly group: number;
  readonly last: boolean;
}

/**
 * How an operation's work is divided, and what must then be the same to the bit:
 * `rows`: of each shard or block of rows by itself; no row knows the others · `groups`: added to a group of samples, block
 * after block · `units`: of the range of work in `units` or `vectors`, over the whole chunk · `tiles`: of the range in `tiles`,
 * rows of the chunk times columns · `whole`: all of it at once.
 */
export type Cut = "rows" | "groups" | "units" | "tiles" | "whole";

export interface Operation<S extends string = string> {
  /** What it takes, in the language of `signature.ts`. */
  readonly signature: S;
  /** The header of its kernel, under `native/`. */
  readonly native: string;
  readonly cut: Cut;
  /** An input and the output that may be the same rows. */
  readonly inPlace?: readonly [input: string, output: string];
  readonly twin: (values: TwinValues<S>, step: Step) => void;
}

export const operation = <const S extends string>(definition: Operation<S>): Operation<S> => definition;

export type { Range };
