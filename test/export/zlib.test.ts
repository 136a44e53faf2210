/** The page's inflate and CRC-32 beside Node's: what each packs, and what is damaged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateSync, crc32 as nodeCrc32, inflateSync as nodeInflate } from "node:zlib";
import { Stream } from "../../src/base/random.js";
import { crc32, inflateSync } from "../../src/export/web/zlib.js";
import { damaged } from "../data/fuzz.js";

const stream = new Stream(3, "synthetic", 11);
const contents = [0, 1, 7, 300, 5000, 70_000].flatMap((length) =>
  [1, 4, 256].map((kinds) =>
    Uint8Array.from({ length }, (_, i) => (kinds === 256 ? stream.word() : i * i * 7) % kinds),
  ),
);

test("every level and strategy of Node's is unpacked to the same bytes", () => {
  for (const bytes of contents) {
    for (const level of [0, 1, 9]) {
      for (const strategy of [
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_RLE,
        constants.Z_FIXED,
      ]) {
        const packed = deflateSync(bytes, { level, strategy });
        const { buffer, engine } = inflateSync(packed, { maxOutputLength: bytes.length });
        assert.deepEqual(Buffer.from(buffer), Buffer.from(bytes));
        assert.equal(engine.bytesWritten, packed.length);
      }
    }
    assert.equal(crc32(bytes), nodeCrc32(bytes));
  }
});

test("bytes after the end are not taken in; more than was promised is refused", () => {
  const packed = Buffer.concat([deflateSync(contents[10]), Buffer.of(1, 2, 3)]);
  assert.equal(inflateSync(packed, { maxOutputLength: contents[10].length }).engine.bytesWritten, packed.length - 3);
  const long = (): unknown => inflateSync(packed, { maxOutputLength: contents[10].length - 1 });
  assert.throws(long, { code: "ERR_BUFFER_TOO_LARGE" });
});

test("2,000 damaged streams: refused where Node's refuses, else the same bytes", () => {
  const seeds = [contents[4], contents[9], contents[11]].map((bytes, i) =>
    deflateSync(bytes.subarray(0, 3000), { level: [9, 0, 6][i], strategy: i === 2 ? constants.Z_FIXED : 0 }),
  );
  const of = (inflate: () => Uint8Array): Buffer | null => {
    try {
      return Buffer.from(inflate());
    } catch {
      return null;
    }
  };
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    stream.at(1, i);
    const bytes = damaged(seeds[i % 3], stream, seeds);
    const wanted = of(() => nodeInflate(bytes, { maxOutputLength: 4000 }));
    const got = of(() => inflateSync(bytes, { maxOutputLength: 4000 }).buffer);
    assert.deepEqual(got, wanted, `stream ${i}`);
    if (wanted === null) refused++;
  }
  assert.ok(refused > 500 && refused < 2000, `${refused} refused`);
});
