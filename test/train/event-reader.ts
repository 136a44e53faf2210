/** Reads event files as TensorBoard does: records with their checksums, one file after the other, and what a start makes it forget. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32cPlain } from "./crc32c-plain.js";

export interface Entry {
  readonly tag: string;
  readonly step: number;
  readonly seconds: number;
  /** A scalar; else the bytes of the image, or of the histogram. */
  readonly value: number | null;
  readonly image: { readonly height: number; readonly width: number; readonly png: Buffer } | null;
  readonly histogram: { readonly count: number; readonly ends: number[]; readonly counts: number[] } | null;
}

type Fields = Map<number, (number | Buffer)[]>;

/** Field by field: numbers of fixed width stay bytes. */
function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : varint());
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

const one = (fields: Fields, field: number): Buffer | undefined => fields.get(field)?.[0] as Buffer | undefined;
const doublesOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));

/** Throws where a checksum is wrong; a record that ends early ends its file. */
function* records(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 12 <= bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (at + 16 + length > bytes.length) return;
    if (bytes.readUInt32LE(at + 8) !== crc32cPlain(bytes.subarray(at, at + 8))) throw new Error("length");
    const content = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 12 + length) !== crc32cPlain(content)) throw new Error("content");
    yield content;
    at += 16 + length;
  }
}

export function readEvents(folder: string): Entry[] {
  let entries: Entry[] = [];
  const files = readdirSync(folder)
    .filter((name) => name.includes("tfevents"))
    .sort();
  for (const file of files) {
    let first = true;
    for (const record of records(readFileSync(join(folder, file)))) {
      const event = fieldsOf(record);
      const seconds = one(event, 1)!.readDoubleLE();
      const step = (event.get(2)?.[0] as number | undefined) ?? 0;
      if (first && one(event, 3)?.toString() !== "brain.Event:2") throw new Error("version");
      first = false;
      const session = one(event, 7);
      if (session && fieldsOf(session).get(1)?.[0] === 1) entries = entries.filter((entry) => entry.step < step);
      const summary = one(event, 5);
      for (const value of summary ? (fieldsOf(summary).get(1) ?? []) : []) {
        const fields = fieldsOf(value as Buffer);
        const [scalar, image, histogram] = [one(fields, 2), one(fields, 4), one(fields, 5)];
        const [picture, spread] = [image && fieldsOf(image), histogram && fieldsOf(histogram)];
        entries.push({
          tag: one(fields, 1)!.toString(),
          step,
          seconds,
          value: scalar ? scalar.readFloatLE() : null,
          image: picture
            ? {
                height: picture.get(1)![0] as number,
                width: picture.get(2)![0] as number,
                png: one(picture, 4)!,
              }
            : null,
          histogram: spread
            ? {
                count: one(spread, 3)!.readDoubleLE(),
                ends: doublesOf(one(spread, 6)!),
                counts: doublesOf(one(spread, 7)!),
              }
            : null,
        });
      }
    }
  }
  return entries;
}
