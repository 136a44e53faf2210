/**
 * `.npy`, numpy's file of one array: a magic number, a version, a header that is a Python dictionary of three entries, then
 * the bytes. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { dataError, type HeddleError } from "../base/errors.js";
import { readWholeFile } from "../base/read-file.js";
import { readHead } from "./files.js";
import {
  type ArrayMember,
  arrayOf,
  describeElements,
  type ElementType,
  elementType,
  type NdArray,
  sizeOf,
} from "./ndarray.js";

export interface NpyHeader {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly isFortran: boolean;
  /** Where the array's bytes begin, and how many there are. */
  readonly start: number;
  readonly bytes: number;
}

/** Longer headers are of structured types, or a lie. */
const longestHeader = 65_536;
/** So many of a file's first bytes hold its header: magic number, version, length and dictionary. */
export const headBytes = longestHeader + 12;
const magic = "\x93NUMPY";
/** What one buffer holds. */
const mostBytes = 2 ** 32;

/** `head` is the file's beginning: `headBytes`, or all of it. Throws `dataError` naming `where`. */
export function npyHeader(head: Uint8Array, where: string): NpyHeader {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.toString("latin1", 0, 6) !== magic) {
    throw dataError({ where: `${where} at byte 0`, expected: "a NumPy array (.npy)", got: "something else" });
  }
  if (bytes.length < 12) throw ended(where, bytes.length);
  const version = bytes[6];
  const lengthBytes = version === 1 ? 2 : 4;
  if (version < 1 || version > 3) {
    throw dataError({ where: `${where} at byte 6`, expected: "version 1, 2 or 3 of .npy", got: `${version}` });
  }
  const length = lengthBytes === 2 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > longestHeader) {
    throw dataError({
      where: `${where} at byte 8`,
      expected: `a header of at most ${longestHeader} bytes`,
      got: `${length}`,
    });
  }
  const start = 8 + lengthBytes + length;
  if (bytes.length < start) throw ended(where, bytes.length);
  const text = bytes.toString(version === 3 ? "utf8" : "latin1", start - length, start);
  return { ...entriesOf(text, where), start };
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` */
function entriesOf(text: string, where: string): Omit<NpyHeader, "start"> {
  if (/'descr':\s*\[/.test(text)) {
    throw dataError({
      where,
      expected: "an array of plain numbers",
      got: `a structured one, whose elements are records of fields (dtype ${text.slice(text.indexOf("["), text.indexOf("[") + 60)} …)`,
      fix: "Save each field as an array of its own.",
    });
  }
  const descr = /'descr':\s*'([^']{1,16})'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const sides = /'shape':\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || sides === undefined) {
    const expected = "a header with descr, fortran_order and shape";
    throw dataError({ where: `${where} at byte 10`, expected, got: JSON.stringify(text.slice(0, 60)) });
  }
  const shape = Array.from(sides.matchAll(/\d+/g), ([digits]) => Number(digits));
  const type = elementType(descr, where);
  const bytes = sizeOf(shape) * type.size;
  if (shape.length > 32 || !(bytes <= mostBytes)) {
    throw dataError({ where, expected: `an array of at most ${mostBytes} bytes`, got: `shape (${shape.join(", ")})` });
  }
  return { type, shape, isFortran: order === "True", bytes };
}

const ended = (where: string, at: number): HeddleError =>
  dataError({ where: `${where} at byte ${at}`, expected: "a whole .npy header", got: "the end of the file" });

/** The array of a file, which is called `name` among others. Throws `dataError` where the header is none. */
export async function openNpy(path: string, name: string): Promise<ArrayMember> {
  const header = npyHeader(await readHead(path, headBytes), path);
  const read = () => Promise.resolve(decodeNpy(header, readWholeFile(path, "an .npy file"), path));
  return { ...describeElements(header.type), shape: header.shape, name, where: path, read };
}

/** The array in all bytes of a file. Throws `dataError` where they are not as many as the header says. */
export function decodeNpy(header: NpyHeader, bytes: Uint8Array, where: string): NdArray {
  checkLength(where, header, bytes.length);
  return arrayOf(header.type, header.shape, header.isFortran, bytes.subarray(header.start));
}

/** Throws `dataError` unless a file of so many bytes is what its header says. */
export function checkLength(where: string, { start, bytes, shape }: NpyHeader, length: number): void {
  if (start + bytes === length) return;
  const expected = `${start + bytes} bytes in all, for the shape (${shape.join(", ")})`;
  throw dataError({ where: `${where} at byte ${Math.min(length, start + bytes)}`, expected, got: `${length}` });
}
