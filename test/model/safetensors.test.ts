import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HeddleError } from "../../src/base/errors.js";
import { Stream } from "../../src/base/random.js";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/model/safetensors.js";

const weights: readonly Tensor[] = [
  { name: "0.weight", dtype: "F32", shape: [2, 3], data: Float32Array.of(1, 2, 3, -4, 0.5, Infinity) },
  { name: "0.bias", dtype: "F64", shape: [1], data: Float64Array.of(Math.PI) },
  { name: "1.num_batches_tracked", dtype: "I64", shape: [], data: BigInt64Array.of(7n) },
  { name: "empty", dtype: "F32", shape: [0, 4], data: new Float32Array(0) },
];
const encode = (tensors = weights, metadata: Record<string, string> = { format: "pt" }) =>
  new Uint8Array(Buffer.concat(encodeSafetensors(tensors, metadata)));

/** A file with this header text, whatever it is, and this many bytes of data. */
function fileOf(header: unknown, dataLength = 8): Uint8Array {
  const json = typeof header === "string" ? header : JSON.stringify(header);
  const file = new Uint8Array(8 + Buffer.byteLength(json) + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(Buffer.byteLength(json)), true);
  file.set(Buffer.from(json), 8);
  return file;
}

const entry = (begin: number, end: number, more: object = {}) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
  ...more,
});

test("what is written is read back", () => {
  const file = decodeSafetensors(encode(), "m.safetensors");
  assert.deepEqual(file.tensors, weights);
  assert.deepEqual({ ...file.metadata }, { format: "pt" });
  assert.deepEqual(decodeSafetensors(encode([], {}), "m").tensors, []);
});

test("the bytes are the format's: length, JSON, spaces up to 8, data in order", () => {
  const bytes = encode([{ name: "a", dtype: "F32", shape: [1], data: Float32Array.of(1) }], {});
  const json = '{"__metadata__":{},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const expected = Buffer.concat([
    Uint8Array.of(72, 0, 0, 0, 0, 0, 0, 0),
    Buffer.from(json.padEnd(72, " ")),
    Uint8Array.of(0, 0, 0x80, 0x3f),
  ]);
  assert.deepEqual(Buffer.from(bytes), expected);
  assert.equal(encode([{ ...weights[0], name: "abcdefg" }], {}).length % 8, 0);
});

test("reads what the reference implementation writes", () => {
  // safetensors 0.8.0 (Python): save({"b": float32 [1, 2], "a": float64 [3]}, metadata={"k": "v"})
  const json =
    '{"__metadata__":{"k":"v"},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}   ';
  const file = Buffer.from(
    `8800000000000000${Buffer.from(json).toString("hex")}00000000000008400000803f00000040`,
    "hex",
  );
  const { tensors, metadata } = decodeSafetensors(file, "m");
  assert.deepEqual(
    tensors.map(({ name, data }) => [name, ...data]),
    [
      ["a", 3],
      ["b", 1, 2],
    ],
  );
  assert.equal(metadata.k, "v");
});

const bad: Record<string, { file: Uint8Array; says: RegExp }> = {
  "an empty file": { file: new Uint8Array(0), says: /m\.st, header: expected .*8 bytes, got 0 bytes/ },
  "seven bytes": { file: new Uint8Array(7), says: /got 7 bytes/ },
  "a header longer than the file": {
    file: fileOf({ a: entry(0, 8) }).subarray(0, 20),
    says: /ends \d+ bytes too early/,
  },
  "a header over 100 MB": {
    file: Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123),
    says: /at most 100 MB/,
  },
  "a torch.save archive": { file: Buffer.from("PK\x03\x04\0\0\0\0\0\0\0\0"), says: /torch\.save archive/ },
  "an HDF5 file": { file: Buffer.from("\x89HDF\r\n\x1a\n\0\0\0\0", "latin1"), says: /HDF5/ },
  "a header that is not JSON": { file: fileOf("{'a': 1}"), says: /expected JSON/ },
  "a header that is not UTF-8": {
    file: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe),
    says: /expected JSON in UTF-8/,
  },
  "a header that is a list": { file: fileOf([1]), says: /expected a JSON object, got \[1\]/ },
  "a header that is null": { file: fileOf("null"), says: /expected a JSON object, got null/ },
  "a name twice": {
    file: fileOf(`{"a":${JSON.stringify(entry(0, 4))},"\\u0061" : ${JSON.stringify(entry(4, 8))}}`),
    says: /every name once, got "a" twice/,
  },
  "a key twice in an entry": {
    file: fileOf('{"a":{"dtype":"F32","shape":[3],"shape":[2],"data_offsets":[0,8]}}'),
    says: /"shape" twice/,
  },
  "metadata that is not text": { file: fileOf({ __metadata__: { a: 1 }, a: entry(0, 8) }), says: /object of strings/ },
  "an entry without a shape": { file: fileOf({ a: { dtype: "F32", data_offsets: [0, 8] } }), says: /tensor "a"/ },
  "an entry that is null": { file: fileOf({ a: null }), says: /tensor "a".*got null/ },
  "a shape that is not whole": { file: fileOf({ a: entry(0, 8, { shape: [2.5] }) }), says: /whole numbers/ },
  "a negative shape": { file: fileOf({ a: entry(0, 8, { shape: [-2] }) }), says: /whole numbers/ },
  "a shape of null": { file: fileOf({ a: entry(0, 8, { shape: [null, 2] }) }), says: /whole numbers/ },
  "a shape beyond whole doubles": {
    file: fileOf({ a: entry(0, 8, { shape: [1e300, 1e300] }) }),
    says: /whole numbers/,
  },
  "one offset": { file: fileOf({ a: entry(0, 8, { data_offsets: [0] }) }), says: /data_offsets/ },
  "offsets that go backwards": { file: fileOf({ a: entry(0, 8, { data_offsets: [8, 0] }) }), says: /-8 bytes/ },
  "an unknown dtype": { file: fileOf({ a: entry(0, 8, { dtype: "F7" }) }), says: /F32 or F64 .*got F7/ },
  "a dtype named like an object's own": {
    file: fileOf({ a: entry(0, 8, { dtype: "constructor" }) }),
    says: /F32 or F64 .*got constructor/,
  },
  "eight bits": {
    file: fileOf({ a: entry(0, 8, { dtype: "F8_E4M3", shape: [4] }) }),
    says: /F16 and BF16 are widened.*got F8_E4M3/,
  },
  "a size that is not shape x dtype": {
    file: fileOf({ a: entry(0, 8, { shape: [3] }) }),
    says: /tensor "a": expected 12 bytes for F32 \[3\], got data_offsets \[0, 8\], 8 bytes/,
  },
  "overlapping tensors": { file: fileOf({ a: entry(0, 8), b: entry(4, 8) }), says: /tensor "b".*overlap/ },
  "two tensors at one place": { file: fileOf({ a: entry(0, 8), b: entry(0, 8) }), says: /tensor "b".*overlap/ },
  "a hole": { file: fileOf({ a: entry(0, 4), b: entry(8, 12) }, 12), says: /tensor "b".*offset 4.*hole/ },
  "data that does not begin at 0": { file: fileOf({ a: entry(4, 8) }), says: /from offset 0, got offset 4/ },
  "data out of range": { file: fileOf({ a: entry(0, 800) }), says: /offset 800, got a file of 8 data bytes/ },
  "bytes after the last tensor": { file: fileOf({ a: entry(0, 4) }), says: /got 4 bytes more/ },
  "a header nested a million deep": {
    file: fileOf(`{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`),
    says: /tensor "a".*nested too deeply/,
  },
};

const isDataError = (error: unknown): error is HeddleError => error instanceof HeddleError && error.exitCode === 3;

for (const [name, { file, says }] of Object.entries(bad)) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => decodeSafetensors(file, "m.st"),
      (error: unknown) => {
        assert.ok(isDataError(error), String(error));
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

test("every truncation is refused", () => {
  const whole = encode();
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => decodeSafetensors(whole.subarray(0, length), "m"), isDataError, `at ${length} bytes`);
  }
});

test("a broken file gives an error or tensors that fit, never a crash", () => {
  const whole = encode();
  const stream = new Stream(0, "synthetic");
  for (let round = 0; round < 5000; round++) {
    const broken = whole.slice();
    for (let flips = 1 + stream.below(3); flips > 0; flips--) {
      broken[stream.below(broken.length)] ^= 1 << stream.below(8);
    }
    try {
      const { tensors } = decodeSafetensors(broken, "m");
      const bytes = tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
      assert.equal(bytes, 24 + 8 + 8);
      for (const { shape, data } of tensors)
        assert.equal(
          shape.reduce((a, b) => a * b, 1),
          data.length,
        );
    } catch (error) {
      if (!isDataError(error)) throw error;
    }
  }
});

test("any JSON at all as header, and any bytes as file, are refused or read", () => {
  const settle = (file: Uint8Array) => {
    try {
      decodeSafetensors(file, "m");
    } catch (error) {
      if (!isDataError(error)) throw error;
    }
  };
  fc.assert(
    fc.property(fc.json(), (json) => settle(fileOf(json))),
    { seed: 1 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => settle(bytes)),
    { seed: 1 },
  );
  const field = fc.oneof(fc.jsonValue(), fc.constantFrom("F32", "F64", [2], [0, 8]));
  const likely = fc.record({ dtype: field, shape: field, data_offsets: field }, { requiredKeys: [] });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), likely), (header) => settle(fileOf(header))),
    { seed: 1 },
  );
});
