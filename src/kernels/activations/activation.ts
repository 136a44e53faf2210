/**
 * The contract of an elementwise function y = f(x). A function is one file here and one line in `index.ts`, and a file and a
 * line under `native/activation/`. Its layer, its word in sentences and `--activation` follow from the list; neighbors
 * apply it on their way (`dense`, `conv2d`, …) and tests compare both sides.
 */
import type { z } from "zod";
import type { Operators, Value } from "../operators.js";

export interface Activation<Name extends string = string> {
  /** The type of its layer, and its name on the command line. */
  readonly name: Name;
  /** Its formula, for help. */
  readonly summary: string;
  /** Its word in sentences; the name where absent. */
  readonly word?: string;
  /** Its one number, for those that have one. Kernels call it the slope: that is what it is below 0. */
  readonly slope?: Slope;
  /** Passes on only one side of zero, or nearly: He's initial weights suit what comes before it. */
  readonly rectifies?: true;
  /** What f' follows from: y where that tells, else x. Where it is x, no neighbor takes the function over. */
  readonly kept: "x" | "y";
  /** f(x). A NaN passes on to y. */
  readonly apply: (x: number, slope: number) => number;
  /** dy f'(x), from y or x as `kept` says. A NaN passes on where f' depends on it. */
  readonly derive: (kept: number, dy: number, slope: number) => number;
  /** f in the operators of an exported graph. */
  readonly operators: (x: Value, graph: Operators, slope: number) => Value;
}

export interface Slope {
  /** Its key in a net's JSON. */
  readonly key: string;
  readonly schema: z.ZodNumber;
  /** What a sentence that leaves it out means; it must be said where absent. */
  readonly usual?: number;
  /** For help and errors: "lrelu 0.01". */
  readonly example: string;
}

export const activation = <const Name extends string>(definition: Activation<Name>): Activation<Name> => definition;
