/** The elementwise functions. Their numbers in programs are their places in this list, and in `native/activation/functions.inc`. */
import { internalError } from "../../base/errors.js";
import type { Activation } from "./activation.js";
import { elu } from "./elu.js";
import { gelu } from "./gelu.js";
import { identity as identityFunction } from "./identity.js";
import { leakyRelu } from "./leaky-relu.js";
import { relu } from "./relu.js";
import { sigmoid } from "./sigmoid.js";
import { silu } from "./silu.js";
import { tanh } from "./tanh.js";

// biome-ignore format: a line each
const list = [
  identityFunction,
  relu,
  leakyRelu,
  tanh,
  sigmoid,
  elu,
  gelu,
  silu,
] as const;

export const activations: readonly Activation[] = list;
export type ElementwiseName = (typeof list)[number]["name"];
export const elementwiseNames: readonly ElementwiseName[] = list.map(({ name }) => name);

/** A function as kernels are told of it. */
export interface Elementwise {
  readonly name: ElementwiseName;
  /** The number of those that have one; 0 for the others. */
  readonly slope: number;
}

export const identity: Elementwise = { name: "identity", slope: 0 };

/** The function of that name or number. */
export function activationOf(which: string | number): Activation {
  const found = typeof which === "number" ? activations[which] : activations.find(({ name }) => name === which);
  if (found === undefined)
    throw internalError(`no elementwise function has the ${typeof which === "number" ? "number" : "name"} ${which}`);
  return found;
}
