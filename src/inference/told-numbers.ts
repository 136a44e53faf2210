/** Numbers of a tensor as they are told: one by one, or what they are like. */

/** Numbers of a tensor: all of a small one, of a large one what they are like. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly least: number;
  readonly largest: number;
  /** Square root of the sum of squares. */
  readonly norm: number;
  readonly values: readonly number[] | null;
}

/** So many are told one by one. */
const whole = 1024;

export function numbersOf(values: ArrayLike<number>, shape: readonly number[]): Numbers {
  let [least, largest, squares] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    [least, largest] = [Math.min(least, values[i]), Math.max(largest, values[i])];
    squares += values[i] ** 2;
  }
  const all = values.length <= whole ? Array.from(values) : null;
  return {
    shape: shape.filter((size, i) => size > 1 || i === shape.length - 1),
    least,
    largest,
    norm: Math.sqrt(squares),
    values: all,
  };
}
