/** The range of numbers, for people who look for what left the finite. */

/** The least and the largest that are finite, null where none is. */
export interface NumberRange {
  readonly low: number | null;
  readonly high: number | null;
  readonly nonFinite: number;
  readonly numbers: number;
}

/** Of the first `length` numbers, those whose place counts. */
export function rangeOf(
  values: ArrayLike<number>,
  counts: (place: number) => boolean = () => true,
  length = values.length,
): NumberRange {
  let [low, high, nonFinite, numbers] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < length; i++) {
    if (!counts(i)) continue;
    numbers++;
    if (!Number.isFinite(values[i])) nonFinite++;
    else [low, high] = [Math.min(low, values[i]), Math.max(high, values[i])];
  }
  return { low: low <= high ? low : null, high: low <= high ? high : null, nonFinite, numbers };
}
