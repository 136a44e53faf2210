/** The plain BLAKE3 against the native package. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Blake3Hasher } from "@napi-rs/blake-hash";
import fc from "fast-check";
import { PlainBlake3 } from "../../src/base/blake3.js";
import { blake3 } from "../../src/base/hash.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function plain(pieces: readonly Uint8Array[]): string {
  const hasher = new PlainBlake3();
  for (const piece of pieces) hasher.update(piece);
  return hex(hasher.digestBuffer());
}

test("nothing and 'abc': the published digests", () => {
  assert.equal(plain([]), "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
  assert.equal(plain([Buffer.from("abc")]), "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
});

test("lengths around blocks, chunks and subtrees agree with the native package", () => {
  for (const length of [
    1, 63, 64, 65, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 4096, 4097, 5120, 16384, 31744, 102400,
  ]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    assert.equal(plain([bytes]), hex(new Blake3Hasher().update(bytes).digestBuffer()), `${length}`);
  }
});

test("a hasher begins anew, and one that is at work is not taken for what is hashed meanwhile", () => {
  const hasher = new PlainBlake3();
  hasher.update(new Uint8Array(5000));
  hasher.reset();
  hasher.update(Buffer.from("abc"));
  assert.equal(hex(hasher.digestBuffer()), plain([Buffer.from("abc")]));
  function* chunks(): Generator<Uint8Array> {
    yield Buffer.from("a");
    assert.equal(hex(blake3([Buffer.from("other")])), plain([Buffer.from("other")]));
    yield Buffer.from("bc");
  }
  assert.equal(hex(blake3(chunks())), plain([Buffer.from("abc")]));
});

test("pieces do not matter", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, (parts) => assert.equal(plain(parts), hex(blake3(parts)))),
    { seed: 5, numRuns: 60 },
  );
});
