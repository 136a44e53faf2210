import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HeddleError } from "../../src/errors.js";
import { blake3 } from "../../src/model/hash.js";
import { type CheckpointState, encodeCheckpoint, readCheckpoint, writeCheckpoint } from "../../src/train/checkpoint.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-checkpoint-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "last.ckpt");

const score = { loss: 0.1 + 0.2, accuracy: 0.5, samples: 10 };
const state: CheckpointState = {
  dtype: "f32",
  config: { dataset: "digits", seed: 2 ** 53 - 1, lr: 1e-3 },
  dataHash: "blake3:00",
  epoch: 2,
  step: 7,
  lossSum: 1 / 3,
  correct: 40,
  samples: 70,
  totalSteps: 107,
  metricsLength: 321,
  best: { epoch: 2, train: score, validation: { ...score, loss: Infinity } },
  last: { train: score, validation: null },
  trainSeconds: 1.25,
  epochSeconds: 0.5,
  weights: [Float32Array.of(1, -0, NaN), Float32Array.of(4)],
  optimizerState: [
    [Float32Array.of(5, 6, 7), Float32Array.of(8)],
    [Float32Array.of(9, 10, 11), Float32Array.of(12)],
  ],
  bestWeights: [Float32Array.of(13, 14, 15), Float32Array.of(16)],
};
const bytesOfState = (of = state) => Buffer.concat(encodeCheckpoint(of));

function refuses(bytes: Uint8Array, says = /last\.ckpt: expected/): void {
  writeFileSync(path, bytes);
  assert.throws(
    () => readCheckpoint(path),
    (error: unknown) => {
      assert.ok(error instanceof HeddleError && error.exitCode === 3, String(error));
      assert.match(error.message, says);
      return true;
    },
  );
}

/** The bytes with a hash that fits them. */
const sealed = (body: Uint8Array) => Buffer.concat([body, blake3([body])]);
const body = () => bytesOfState().subarray(0, -32);

test("a state is read back bit for bit, in both dtypes, with and without a best", () => {
  const wide = (array: ArrayLike<number>) => Float64Array.from(array).map((x) => x + 1e-12);
  const states: CheckpointState[] = [
    state,
    { ...state, optimizerState: [], bestWeights: null, best: null, last: null, lossSum: NaN },
    {
      ...state,
      dtype: "f64",
      weights: state.weights.map(wide),
      optimizerState: state.optimizerState.map((kind) => kind.map(wide)),
      bestWeights: [],
    },
  ];
  for (const each of states) {
    writeCheckpoint(path, each);
    assert.deepEqual(readCheckpoint(path), each);
  }
  assert.deepEqual(readdirSync(folder), ["last.ckpt"]);
});

test("arrays may lie in shared memory", () => {
  const weights = [new Float32Array(new SharedArrayBuffer(16), 4, 2).fill(3)];
  writeCheckpoint(path, { ...state, weights });
  assert.deepEqual(readCheckpoint(path).weights, [Float32Array.of(3, 3)]);
});

test("equal states are equal files", () => {
  assert.deepEqual(bytesOfState(), bytesOfState(structuredClone(state)));
});

test("every flipped byte is refused", () => {
  const whole = bytesOfState();
  for (let i = 0; i < whole.length; i++) {
    const broken = Buffer.from(whole);
    broken[i] ^= 1 << (i % 8);
    refuses(broken);
  }
});

test("every truncation and what follows the end is refused", () => {
  const whole = bytesOfState();
  for (let length = 0; length < whole.length; length += 3) refuses(whole.subarray(0, length));
  refuses(Buffer.concat([whole, Uint8Array.of(0)]), /BLAKE3 hash [0-9a-f]{8}… at its end, got [0-9a-f]{8}…: .*damaged/);
});

test("another program's file, another version and a header that does not fit are named", () => {
  refuses(Buffer.alloc(100), /expected a checkpoint of Heddle, got another file/);
  const newer = Buffer.from(body());
  newer.writeUInt32LE(2, 8);
  refuses(sealed(newer), /expected checkpoint version 1, got version 2/);
  const changed = (from: string, to: string) =>
    sealed(Buffer.from(body().toString("latin1").replace(from, to), "latin1"));
  refuses(changed('"epoch":2', '"epoch":x'), /header that this version of Heddle writes/);
  refuses(changed('"dtype":"f32"', '"dtype":"f16"'), /dtype/);
  refuses(changed('"weights":[3,1]', '"weights":[3,2]'), /bytes of sections/);
  refuses(changed('"weights":[3,1]', '"weights":[2,1]'), /4 bytes more/);
  const long = Buffer.from(body());
  long.writeUInt32LE(0xffffffff, 12);
  refuses(sealed(long), /header that this version/);
});

test("no checkpoint at all is named", () => {
  rmSync(path);
  assert.throws(() => readCheckpoint(path), /last\.ckpt: expected a checkpoint, got no such file or folder/);
});

test("arrays of another type than the dtype are refused before anything is written", () => {
  assert.throws(() => writeCheckpoint(path, { ...state, weights: [new Float64Array(3)] }), /Internal error/);
  assert.deepEqual(readdirSync(folder), []);
});
