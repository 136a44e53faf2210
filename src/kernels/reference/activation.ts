import { internalError } from "../../errors.js";
import type { ElementwiseName } from "../operations.js";
import { elementwiseNames } from "../operations.js";
import type { Real, Twin } from "./contract.js";
import { lanesOf, padded, roundingOf } from "./contract.js";

/** y = f(x), and dx = dy f'(x) with f' from y. A NaN in x passes on to y. */
interface Elementwise {
  readonly apply: (x: number, slope: number) => number;
  readonly derivative: (y: number, dy: number, slope: number) => number;
}

const functions: Record<ElementwiseName, Elementwise> = {
  identity: { apply: (x) => x, derivative: (_, dy) => dy },
  relu: { apply: (x) => (0 > x ? 0 : x), derivative: (y, dy) => (y > 0 ? dy : 0) },
  "leaky-relu": {
    apply: (x, slope) => (0 > x ? x * slope : x),
    derivative: (y, dy, slope) => (y > 0 ? dy : dy * slope),
  },
  tanh: { apply: (x) => Math.tanh(x), derivative: (y, dy) => dy * (1 - y * y) },
  sigmoid: { apply: (x) => 1 / (1 + Math.exp(-x)), derivative: (y, dy) => dy * (y * (1 - y)) },
};

function elementwiseOf(number: number): Elementwise {
  const name = elementwiseNames[number];
  if (name === undefined) throw internalError(`no elementwise function has the number ${number}`);
  return functions[name];
}

/** y[to …] = f(x[from …]) on `count` numbers. */
export type Apply = (x: Real, from: number, y: Real, to: number, count: number) => void;

export function applyOf(number: number, slope: number, format: Real): Apply {
  const { apply } = elementwiseOf(number);
  const rounded = roundingOf(format)(slope);
  return (x, from, y, to, count) => {
    for (let i = 0; i < count; i++) y[to + i] = apply(x[from + i], rounded);
  };
}

/** dx[to …] = dy[from …] f', with f' from y[at …], on `count` numbers. */
export type ApplyDerivative = (
  y: Real,
  at: number,
  dy: Real,
  from: number,
  dx: Real,
  to: number,
  count: number,
) => void;

export function applyDerivativeOf(number: number, slope: number, format: Real): ApplyDerivative {
  const { derivative } = elementwiseOf(number);
  const rounded = roundingOf(format)(slope);
  return (y, at, dy, from, dx, to, count) => {
    for (let i = 0; i < count; i++) dx[to + i] = derivative(y[at + i], dy[from + i], rounded);
  };
}

/** y = f(x), on whole vectors of each row of this shard. */
export const activation: Twin<"activation"> = ({ x, ldx, y, ldy, n, function: f, slope }) => {
  const apply = applyOf(f, slope, y);
  const count = padded(n, lanesOf(y));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) apply(x, r * ldx, y, r * ldy, count);
  };
};

/** dx = dy f'(x), f' from y = f(x). */
export const activationBackward: Twin<"activationBackward"> = (values) => {
  const { dy, lddy, y, ldy, dx, lddx, n, function: f, slope } = values;
  const applyDerivative = applyDerivativeOf(f, slope, dx);
  const count = padded(n, lanesOf(dx));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) applyDerivative(y, r * ldy, dy, r * lddy, dx, r * lddx, count);
  };
};

/** y = f(a + b), on whole vectors of each row. */
export const add: Twin<"add"> = ({ a, lda, b, ldb, y, ldy, n, function: f, slope }) => {
  const apply = applyOf(f, slope, y);
  const count = padded(n, lanesOf(y));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      for (let i = 0; i < count; i++) y[r * ldy + i] = a[r * lda + i] + b[r * ldb + i];
      apply(y, r * ldy, y, r * ldy, count);
    }
  };
};
