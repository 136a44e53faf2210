/** Arrays of any number of dimensions, as numpy has them: from raw bytes of any type and order to numbers in rows. */
import { endianness } from "node:os";
import { dataError, type HeddleError } from "../base/errors.js";
import { anyText } from "../base/utf8.js";
import type { Numbers } from "./to-bytes.js";

/** Row after row (C order), the numbers in the machine's byte order. */
export type NdArray = {
  /** As errors name it: "uint8", "<U4". */
  readonly dtype: string;
  readonly shape: readonly number[];
} & (
  | { readonly kind: "numbers"; readonly values: Numbers }
  /** A byte of 0 or 1 each. */
  | { readonly kind: "bits"; readonly values: Uint8Array }
  | { readonly kind: "texts"; readonly values: readonly string[] }
);

/** An array of a file, known by its header. */
export interface ArrayMember {
  /** What its file calls it: "x_train"; or what the file itself is called. */
  readonly name: string;
  /** As errors call it: "set.npz, x_train". */
  readonly where: string;
  readonly kind: NdArray["kind"];
  readonly dtype: string;
  readonly shape: readonly number[];
  /** An element as errors call it, where its indices are not the best name: "labels at byte 12". */
  readonly at?: (index: number) => string;
  /** Where its first dimension is written. */
  readonly countAt?: string;
  /** Throws `dataError` where the file is not as its header says. */
  read(): Promise<NdArray>;
}

/** How the elements of an array are written. */
export interface ElementType {
  readonly dtype: string;
  /** Bytes of one element. */
  readonly size: number;
  readonly kind: "number" | "bit" | "half" | "text" | "bytes";
  readonly isBig: boolean;
  readonly code: string;
}

const numberTypes = {
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;
type NumberCode = keyof typeof numberTypes;

const wordOf: Readonly<Record<string, string>> = { u: "uint", i: "int", f: "float" };

/** Longer texts are no labels. */
const longestText = 4096;

/**
 * The type that numpy writes as such a text: `|u1`, `>i4`, `<U4`. Throws `dataError` naming it where its elements are no
 * numbers or texts.
 */
export function elementType(text: string, where: string): ElementType {
  const [, order, letter, digits] = /^([<>=|])?([?a-zA-Z])(\d*)$/.exec(text) ?? [];
  if (letter === "O") throw notNumbers(where, "an array of objects, kept as a pickle");
  const size = Number(digits);
  const isBig = order === ">" || (order === "=" && endianness() === "BE");
  const code = `${letter}${digits}`;
  if (letter === "?" || code === "b1") return { dtype: "bool", size: 1, kind: "bit", isBig, code };
  if (code === "f2") return { dtype: "float16", size: 2, kind: "half", isBig, code };
  if (code in numberTypes) return { dtype: `${wordOf[letter]}${8 * size}`, size, kind: "number", isBig, code };
  if (letter === "U" && size <= longestText) return { dtype: text, size: 4 * size, kind: "text", isBig, code };
  if (letter === "S" && size <= longestText) return { dtype: text, size, kind: "bytes", isBig, code };
  throw notNumbers(where, letter === "c" ? `complex numbers (${text})` : `elements of type ${JSON.stringify(text)}`);
}

const notNumbers = (where: string, got: string): HeddleError =>
  dataError({
    where,
    expected: "an array of numbers or texts",
    got,
    fix: "Save it as a plain array, as numpy.array(…, dtype=numpy.uint8).",
  });

/** What a header says of an array, for a member. */
export const describeElements = ({ kind, dtype }: ElementType): Pick<ArrayMember, "kind" | "dtype"> => ({
  kind: kind === "bit" ? "bits" : kind === "text" || kind === "bytes" ? "texts" : "numbers",
  dtype,
});

/** How many elements an array of that shape has. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** The array of these bytes, of which there must be as many as its shape asks for; they may be changed, and are kept. */
export function arrayOf(type: ElementType, shape: readonly number[], isFortran: boolean, bytes: Uint8Array): NdArray {
  const { dtype } = type;
  const turn = <T extends ArrayLike<unknown>>(values: T): T =>
    isFortran && shape.length > 1 ? inRows(values, shape) : values;
  switch (type.kind) {
    case "text":
    case "bytes":
      return { dtype, shape, kind: "texts", values: turn(textsOf(type, sizeOf(shape), bytes)) };
    case "bit":
      return { dtype, shape, kind: "bits", values: turn(bytes) };
    case "half":
      return { dtype, shape, kind: "numbers", values: turn(halves(nativeBytes(type, bytes))) };
    case "number": {
      const own = nativeBytes(type, bytes);
      const values = new numberTypes[type.code as NumberCode](
        own.buffer as ArrayBuffer,
        own.byteOffset,
        own.length / type.size,
      );
      return { dtype, shape, kind: "numbers", values: turn(values) };
    }
  }
}

/** The bytes in the machine's order, at a place where such numbers may begin. */
function nativeBytes({ size, isBig }: ElementType, bytes: Uint8Array): Uint8Array {
  if (size === 1) return bytes;
  const own = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  if (isBig === (endianness() === "BE")) return own;
  for (let start = 0; start < own.length; start += size) own.subarray(start, start + size).reverse();
  return own;
}

/** From Fortran order, where the first index runs fastest, to rows. */
function inRows<T extends ArrayLike<unknown>>(values: T, shape: readonly number[]): T {
  const from = values as unknown as unknown[];
  const into = (
    Array.isArray(values)
      ? new Array<unknown>(values.length)
      : new (values.constructor as new (n: number) => T)(values.length)
  ) as unknown[];
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let next = 0, at = 0; next < values.length; next++) {
    into[next] = from[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return into as unknown as T;
}

/** Fixed lengths, filled up with zeros: 4 bytes a character, or bytes. */
function textsOf({ size, kind, isBig }: ElementType, count: number, bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => {
    if (kind === "bytes") return anyText(bytes.subarray(i * size, (i + 1) * size)).replace(/\0+$/, "");
    const points: number[] = [];
    for (let at = i * size; at < (i + 1) * size; at += 4) {
      const point = view.getUint32(at, !isBig);
      points.push(point <= 0x10ffff ? point : 0xfffd);
    }
    return String.fromCodePoint(...points).replace(/\0+$/, "");
  });
}

/** IEEE 754 half precision: 1 bit sign, 5 exponent, 10 fraction. */
function halves(bytes: Uint8Array): Float32Array {
  const words = new Uint16Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / 2);
  return Float32Array.from(words, (word) => {
    const [sign, exponent, fraction] = [word & 0x8000 ? -1 : 1, (word >> 10) & 31, word & 1023];
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
