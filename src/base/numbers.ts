/** The two number formats of a run, and how their numbers lie in memory. */

export type Dtype = "f32" | "f64";
/** Weights or their companions; may lie in shared memory. */
export type FloatArray = Float32Array | Float64Array;

export const elementBytes = (dtype: Dtype): 4 | 8 => (dtype === "f32" ? 4 : 8);
/** The typed array of a format. */
export const floatsOf = (dtype: Dtype): typeof Float32Array | typeof Float64Array =>
  dtype === "f32" ? Float32Array : Float64Array;

/** The bytes under a typed array, not copied. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Where the first NaN or infinity stands; -1 where all numbers are finite. */
export function firstNonFinite(numbers: FloatArray): number {
  // A product with zero is NaN for NaN and infinity alone, and a sum keeps it: that is all that good numbers cost.
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] * 0;
  return sum === 0 ? -1 : numbers.findIndex((number) => !Number.isFinite(number));
}
