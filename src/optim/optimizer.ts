/**
 * The optimizer contract. An optimizer is one file here, one line in `index.ts`, and its update loop in
 * `native/optimizer/` and `kernels/reference/optimizer.ts`. The loop is elementwise over any range of the flat
 * parameters; what depends on the step alone is computed here, in double, once per step.
 */
export interface OptimizerOptions {
  /** Learning rate of this step. */
  readonly lr: number;
  readonly momentum: number;
}

export interface Optimizer {
  readonly name: string;
  readonly summary: string;
  /** Names of its state tensors, each shaped as the parameters. */
  readonly state: readonly string[];
  /** The scalars its loop takes at step t = 1, 2, …; at most 8. */
  scalars(t: number, options: OptimizerOptions): readonly number[];
}

/** base^n for an integer n, by squaring: the same bits on every machine, which Math.pow does not promise. */
export function integerPower(base: number, n: number): number {
  let result = 1;
  for (let factor = base, left = n; left > 0; left = Math.floor(left / 2), factor *= factor) {
    if (left % 2 === 1) result *= factor;
  }
  return result;
}
