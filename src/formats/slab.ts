/**
 * Small arrays cut out of large ones. V8 takes as long to make, and to give back, the memory of an array as a small picture takes
 * to decode, and each decoder wants several.
 */
const slabBytes = 2 ** 18;
/** Larger arrays get memory of their own. */
const mostBytes = 2 ** 14;

let slab = new ArrayBuffer(0);
let used = 0;

/** Zeros. It shares its buffer with others: not to be transferred, nor looked at beside `byteOffset`. */
export function smallArray(length: number): Uint8Array {
  if (length > mostBytes) return new Uint8Array(length);
  if (used + length > slab.byteLength) {
    slab = new ArrayBuffer(slabBytes);
    used = 0;
  }
  const array = new Uint8Array(slab, used, length);
  // So that arrays of wider numbers can begin there too.
  used += (length + 7) & ~7;
  return array;
}
