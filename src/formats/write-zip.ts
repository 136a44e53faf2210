/** Zip archives as APPNOTE 4.3 has them: packed by Deflate, without dates, so that equal files give equal archives. */
import { crc32, deflateRawSync } from "node:zlib";
import { usageError } from "../base/errors.js";

export interface ZipFile {
  /** With `/` between folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const [version, deflate, utf8] = [20, 8, 0x800];
/** 1 January 1980, the format's first day. */
const firstDay = 0x21;
/** What the format's 32 bits hold. */
const mostBytes = 2 ** 32 - 1;

/** Throws `usageError` for more than the format holds: 4 GiB in all, 65,535 files. */
export function encodeZip(files: readonly ZipFile[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const packed = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(version, 0);
    about.writeUInt16LE(utf8, 2);
    about.writeUInt16LE(deflate, 4);
    about.writeUInt16LE(firstDay, 8);
    about.writeUInt32LE(crc32(bytes), 10);
    about.writeUInt32LE(sizeOf(packed.length), 14);
    about.writeUInt32LE(sizeOf(bytes.length), 18);
    about.writeUInt16LE(nameBytes.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(sizeOf(offset), 10);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), about, nameBytes, packed);
    directory.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), about, place, nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(sizeOf(offset), 16);
  return [...parts, ...directory, end];
}

function sizeOf(bytes: number): number {
  if (bytes <= mostBytes) return bytes;
  throw usageError({
    where: "a zip archive",
    expected: "at most 4 GiB",
    got: `${bytes} bytes`,
    fix: "Write a folder.",
  });
}
