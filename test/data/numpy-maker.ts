/** Writes what numpy writes: `.npy` of any type, order and version, and `.npz` around them. */
import { makeZip } from "./zip-maker.js";

export interface NpyParts {
  /** As numpy writes it: "|u1", "<i8", ">f4", "<U4". */
  readonly descr?: string;
  readonly shape: readonly number[];
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
  readonly bytes: Uint8Array;
}

export function npy({ descr = "|u1", shape, fortran = false, version = 1, bytes }: NpyParts): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${tuple}, }`;
  const before = version === 1 ? 10 : 12;
  const padded = text.padEnd(Math.ceil((before + text.length + 1) / 64) * 64 - before - 1) + "\n";
  const head = Buffer.alloc(before);
  head.write("\x93NUMPY", "latin1");
  head[6] = version;
  if (version === 1) head.writeUInt16LE(padded.length, 8);
  else head.writeUInt32LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, "latin1"), bytes]);
}

/** Bytes of numbers, little end first. */
export const bytesOfNumbers = (
  type: "i1" | "u2" | "i4" | "f4" | "f8" | "i8",
  values: readonly number[],
): Uint8Array => {
  const size = Number(type[1]);
  const bytes = Buffer.alloc(size * values.length);
  for (const [i, value] of values.entries()) {
    if (type === "f4") bytes.writeFloatLE(value, 4 * i);
    else if (type === "f8") bytes.writeDoubleLE(value, 8 * i);
    else if (type === "i8") bytes.writeBigInt64LE(BigInt(value), 8 * i);
    else bytes.writeUIntLE(value < 0 ? value + 2 ** (8 * size) : value, i * size, size);
  }
  return bytes;
};

export const npz = (arrays: Readonly<Record<string, NpyParts>>): Buffer =>
  makeZip(Object.entries(arrays).map(([key, parts]) => ({ name: `${key}.npy`, bytes: npy(parts) })));

/** Four grey images of 2x3 that count up, and labels 0, 1, 0, 1. */
export const pictures: NpyParts = { shape: [4, 2, 3], bytes: Uint8Array.from({ length: 24 }, (_, i) => i) };
export const labels: NpyParts = { shape: [4], bytes: Uint8Array.of(0, 1, 0, 1) };
