/**
 * IDX, the format of MNIST: two zero bytes, the type of the numbers, how many dimensions, a big-endian size for each, then the
 * numbers, big-endian too.
 *
 *   images  00 00 08 03  count  rows  columns  count x rows x columns bytes, 0 = background
 *   labels  00 00 08 01  count                 count bytes
 */
import { dataError } from "../base/errors.js";
import { readBytes, readHead, unpackBytes } from "./files.js";
import { type ArrayMember, arrayOf, describeElements, type ElementType, elementType, sizeOf } from "./ndarray.js";

/** What Node can hold in one buffer, and more than any image set in this format. */
const mostBytes = 2 ** 31;
/** The largest header has 8 dimensions. */
const headBytes = 4096;

/** The types by their number in the header, as numpy calls them. */
const types: Readonly<Record<number, string>> = { 8: "|u1", 9: "|i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8" };

export interface IdxHeader {
  readonly magic: number;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Where the numbers begin, and how many bytes the whole file has. */
  readonly start: number;
  readonly end: number;
}

/** Throws `dataError` naming the byte where the beginning of a file is no header, or one of nothing or of too much. */
export function idxHeader(head: Uint8Array, path: string): IdxHeader {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const magic = head.length >= 4 ? view.getUint32(0) : 0;
  const [name, dimensions] = [types[magic >> 8], magic & 255];
  if (head.length >= 4 && (name === undefined || dimensions < 1 || dimensions > 8)) {
    const expected = "the magic number of an IDX file (2051 of MNIST's images, 2049 of its labels)";
    throw dataError({ where: `${path} at byte 0`, expected, got: `${magic}` });
  }
  const start = 4 + 4 * Math.max(1, dimensions);
  if (head.length < start) {
    const where = `${path} at byte ${head.length}`;
    throw dataError({ where, expected: `an IDX header of ${start} bytes or more`, got: "the end of the file" });
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const type = elementType(name, path);
  const end = start + sizeOf(shape) * type.size;
  const empty = shape.indexOf(0);
  if (empty < 0 && end <= mostBytes) return { magic, type, shape, start, end };
  const where = `${path} at byte ${4 + 4 * Math.max(0, empty)}`;
  const most = Math.floor((mostBytes - start) / (sizeOf(shape.slice(1)) * type.size));
  throw dataError({
    where,
    expected: `a size of at least 1, and ${most} in all at most`,
    got: `${shape[Math.max(0, empty)]}`,
  });
}

export type IdxMember = ArrayMember & Pick<IdxHeader, "magic">;

/** The array of a file, plain or gzipped, which is called `name` among others. Throws `dataError`. */
export async function openIdx(path: string, name: string): Promise<IdxMember> {
  const header = idxHeader(await readHead(path, headBytes), path);
  return memberOf(header, path, name, () => readBytes(path, () => header.end));
}

/** The same of a file that is no file of its own: its bytes as they are, plain or gzipped. */
export async function decodeIdx(bytes: Uint8Array, where: string, name: string): Promise<IdxMember> {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = isPacked ? await unpackBytes(bytes, where, (head) => idxHeader(head, where).end) : bytes;
  return memberOf(idxHeader(plain, where), where, name, () => Promise.resolve(plain));
}

function memberOf(header: IdxHeader, where: string, name: string, bytesOf: () => Promise<Uint8Array>): IdxMember {
  const { magic, type, shape, start, end } = header;
  const at = (index: number) => `${where} at byte ${start + index * type.size}`;
  return {
    ...describeElements(type),
    magic,
    shape,
    name,
    where,
    at,
    countAt: `${where} at byte 4`,
    async read() {
      const bytes = await bytesOf();
      if (bytes.length === end) return arrayOf(type, shape, false, bytes.subarray(start));
      const counted = where.endsWith(".gz") ? " (counted after unpacking)" : "";
      const expected = `${end} bytes in all, for the sizes ${shape.join(", ")}`;
      const place = `${where} at byte ${Math.min(bytes.length, end)}${counted}`;
      throw dataError({ where: place, expected, got: `${bytes.length}` });
    },
  };
}
