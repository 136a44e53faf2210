import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { blake3 } from "../../src/base/hash.js";
import type { Score } from "../../src/metrics/score.js";
import {
  type CheckpointHeader,
  type CheckpointTensors,
  encodeCheckpoint,
  readCheckpoint,
  sectionsOf,
  writeCheckpoint,
} from "../../src/train/checkpoint.js";
import { smallModel } from "../run/sealed.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-checkpoint-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "last.ckpt");

const score: Score = {
  split: "validation",
  epoch: 2,
  weights: "last",
  averaged: false,
  augmented: false,
  samples: 30,
  values: { loss: 0.1 + 0.2, accuracy: 0.75, "macro.f1": null },
};
const header: CheckpointHeader = {
  dtype: "f32",
  config: { dataset: "digits", seed: 2 ** 53 - 1, lr: 1e-3 },
  metadata: smallModel.metadata,
  metricsLength: 321,
  progress: {
    epoch: 2,
    step: 7,
    lossSum: 1 / 3,
    correct: 40,
    samples: 70,
    totalSteps: 107,
    best: { epoch: 2, train: score, validation: { ...score, values: { loss: Infinity } } },
    stall: { reference: 0.25, epochs: 2 },
    followed: { reference: 0.5, epochs: 1, cooling: 2, factor: 0.25 },
    last: { train: score, validation: null },
    trainSeconds: 1.25,
    epochSeconds: 0.5,
    seconds: 2.25,
    batchLosses: [1.5, 0.25],
  },
};
const tensors: CheckpointTensors = {
  weights: [Float32Array.of(1, -0, NaN), Float32Array.of(4)],
  optimizerState: [
    [Float32Array.of(5, 6, 7), Float32Array.of(8)],
    [Float32Array.of(9, 10, 11), Float32Array.of(12)],
  ],
  averages: [Float32Array.of(17, 18, 19), Float32Array.of(20)],
  bestWeights: [Float32Array.of(13, 14, 15), Float32Array.of(16)],
};
type State = CheckpointHeader & CheckpointTensors;
const state: State = { ...header, ...tensors };
const write = ({ weights, optimizerState, averages, bestWeights, ...rest }: State): void =>
  writeCheckpoint(path, rest, sectionsOf({ weights, optimizerState, averages, bestWeights }));
const bytesOfState = (): Buffer => Buffer.concat([...encodeCheckpoint(header, sectionsOf(tensors))]);

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
  const progress = { ...header.progress, best: null, last: null, lossSum: NaN };
  const states: State[] = [
    state,
    { ...state, optimizerState: [], averages: null, bestWeights: null, progress },
    {
      ...state,
      dtype: "f64",
      weights: state.weights.map(wide),
      optimizerState: state.optimizerState.map((kind) => kind.map(wide)),
      averages: state.averages!.map(wide),
      bestWeights: [],
    },
  ];
  for (const each of states) {
    write(each);
    assert.deepEqual(readCheckpoint(path), each);
  }
  assert.deepEqual(readdirSync(folder), ["last.ckpt"]);
});

test("arrays may lie in shared memory", () => {
  const weights = [new Float32Array(new SharedArrayBuffer(16), 4, 2).fill(3)];
  write({ ...state, weights });
  assert.deepEqual(readCheckpoint(path).weights, [Float32Array.of(3, 3)]);
});

test("equal states are equal files", () => {
  assert.deepEqual(bytesOfState(), bytesOfState());
});

test("what follows the end is refused", () => {
  const longer = Buffer.concat([bytesOfState(), Uint8Array.of(0)]);
  refuses(longer, /BLAKE3 hash [0-9a-f]{8}… at its end, got [0-9a-f]{8}…: .*damaged/);
});

test("a tensor may lie where the one before did, once that is written", () => {
  const room = new Float32Array(3);
  function* inTurn() {
    for (const tensor of sectionsOf(tensors).tensors) {
      const view = room.subarray(0, tensor.length);
      view.set(tensor);
      yield view;
    }
  }
  writeCheckpoint(path, header, { lengths: sectionsOf(tensors).lengths, tensors: inTurn() });
  assert.deepEqual(readCheckpoint(path), state);
});

test("another program's file, another version and a header that does not fit are named", () => {
  refuses(Buffer.alloc(100), /expected a checkpoint of Heddle, got another file/);
  const newer = Buffer.from(body());
  newer.writeUInt32LE(99, 8);
  refuses(sealed(newer), /expected checkpoint version 3, got version 99/);
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
  assert.throws(() => write({ ...state, weights: [new Float64Array(3)] }), /Internal error/);
  assert.deepEqual(readdirSync(folder), []);
});
