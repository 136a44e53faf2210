/**
 * How weights start. An initializer fills one tensor, in PyTorch's order of elements, from a stream that belongs to that
 * tensor: fan-in is what reaches one output, fan-out what one input reaches. A new one is one entry in the list.
 */
import { didYouMean, usageError } from "../errors.js";
import { Stream } from "../random.js";
import type { LayerSpec, ParameterSpec } from "./spec.js";

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

export interface Initializer {
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  /** Writes every element of `w`. */
  fill(w: Float64Array, fans: Fans, stream: Stream): void;
}

export const initializers: readonly Initializer[] = [
  {
    // He et al. 2015: keeps the variance through layers that ReLU halves.
    name: "he-normal",
    summary: "normal, variance 2/fan-in: before ReLU and its kin",
    fill(w, { fanIn }, stream) {
      stream.fillNormal(w);
      scale(w, Math.sqrt(2 / fanIn));
    },
  },
  {
    // Glorot and Bengio 2010: keeps the variance both ways through layers that are near linear around 0.
    name: "glorot-uniform",
    summary: "uniform, variance 2/(fan-in + fan-out): before tanh, sigmoid and softmax",
    fill(w, { fanIn, fanOut }, stream) {
      fillUniform(w, Math.sqrt(6 / (fanIn + fanOut)), stream);
    },
  },
  {
    // The DTU slides' "for a layer with m inputs use 1/sqrt(m) to set the initial scale", read as the bound of a uniform
    // distribution, which is also where PyTorch's Linear and Conv2d start. (LeCun et al. 1998 mean the deviation.)
    name: "lecun-uniform",
    summary: "uniform between -1/sqrt(m) and 1/sqrt(m) for m inputs",
    fill(w, { fanIn }, stream) {
      fillUniform(w, 1 / Math.sqrt(fanIn), stream);
    },
  },
];

/** Activations that pass on only one side of zero: He's initial weights suit them. */
const rectifiers = new Set(["relu", "leaky-relu", "maxout"]);
export const rectifies = (above: LayerSpec | undefined): boolean => above !== undefined && rectifiers.has(above.type);

/** `rectified`: a ReLU, leaky ReLU or maxout follows. */
export function defaultInitializer(rectified: boolean): Initializer {
  return findInitializer(rectified ? "he-normal" : "glorot-uniform");
}

export function findInitializer(name: string): Initializer {
  const found = initializers.find((initializer) => initializer.name === name);
  if (found) return found;
  const names = initializers.map((initializer) => initializer.name);
  throw usageError({
    where: "--initializer",
    expected: `one of ${names.join(", ")}`,
    got: `"${name}"`,
    fix: didYouMean(name, names),
  });
}

/** The tensor's initial values in double; f32 runs round them. `tensorIndex` is its place in the net's list of parameters. */
export function initializeParameter(
  { shape, init }: Pick<ParameterSpec, "shape" | "init">,
  tensorIndex: number,
  seed: number,
  initializerName: string | undefined,
): Float64Array<ArrayBuffer> {
  const w = new Float64Array(shape.reduce((product, size) => product * size, 1));
  if (init.kind === "constant") return w.fill(init.value);
  const initializer =
    initializerName === undefined ? defaultInitializer(init.rectified) : findInitializer(initializerName);
  initializer.fill(w, init, new Stream(seed, "weights", tensorIndex));
  return w;
}

function fillUniform(w: Float64Array, bound: number, stream: Stream): void {
  for (let i = 0; i < w.length; i++) w[i] = (2 * stream.uniform() - 1) * bound;
}

function scale(w: Float64Array, factor: number): void {
  for (let i = 0; i < w.length; i++) w[i] *= factor;
}
