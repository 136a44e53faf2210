/** Writes zip archives, right or wrong in one place. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipPart {
  readonly name: string | Uint8Array;
  readonly bytes: Uint8Array;
  /** 8 (default) packs by Deflate, 0 stores; another number claims a method and stores. */
  readonly method?: number;
  /** 0x800 says that the name is UTF-8, 1 that the file is encrypted. */
  readonly flags?: number;
  /** What the directory says instead of the truth. */
  readonly claims?: { readonly crc?: number; readonly size?: number };
}

export function makeZip(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, method = 8, flags = 0x800, claims = {} } of parts) {
    const packed = method === 8 ? deflateRawSync(bytes) : Buffer.from(bytes);
    const nameBytes = Buffer.from(name as Uint8Array);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(claims.crc ?? crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claims.size ?? bytes.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, nameBytes, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), fields, rest, nameBytes]));
    files.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, entries, end]);
}
