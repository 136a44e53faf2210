/** The files of a run that carry a checksum, small, each with its reader; and every way to damage one a little. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sealJson } from "../../src/base/sealed-json.js";
import { encodeModel, type ModelMetadata, readModel, readWeights } from "../../src/model/model-file.js";
import { readRunFile } from "../../src/run/run-file.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { splitHash, verifySplit } from "../../src/run/split-file.js";
import { encodeCheckpoint, readCheckpoint, sectionsOf } from "../../src/train/checkpoint.js";
import type { RunEnd } from "../../src/train/events.js";
import { freshProgress } from "../../src/train/progress.js";
import { resultDocument } from "../../src/train/result.js";
import { readResult } from "../../src/train/result-file.js";
import { configOf } from "../engine/runs.js";

const metadata: ModelMetadata = {
  schema: 1,
  architecture: {
    input: { height: 1, width: 2, channels: 1 },
    classes: 3,
    layers: [{ type: "dense", units: 3 }],
  },
  preprocessing: {
    kind: "affine",
    standardize: "unit",
    height: 1,
    width: 2,
    channels: 1,
    maximum: 255,
    scale: [1 / 255],
    shift: [0],
  },
  classNames: ["a", "b", "ç"],
  provenance: { model: "tiny", dataset: "synthetic-digits", seed: 2 ** 53 - 1, notes: ["a note"], epochs: 3 },
};

/** Two inputs, three classes. */
export const smallModel = {
  metadata,
  parameters: [
    { name: "0.weight", shape: [3, 2] },
    { name: "0.bias", shape: [3] },
  ],
  tensors: [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(0.1, 0.2, 0.3)],
} as const;

const split = { train: Uint32Array.of(0, 2, 3), validation: Uint32Array.of(1), cutTest: null };
const hash = `blake3:${"5".repeat(64)}`;
const run = {
  id: "0123456789abcdef",
  schema: 1,
  config: configOf({ dataset: "digits", threads: 2 }),
  backend: "native",
  isa: "avx2",
  stepsPerEpoch: 3,
  preprocessing: metadata.preprocessing,
  dataHash: hash,
  splitHash: splitHash(split),
};
const end: RunEnd = {
  ...{ ended: "interrupted", run: "runs/1", model: "tiny", parameters: 9, dataset: "digits", threads: 2 },
  ...{
    backend: "native",
    isa: "avx2",
    backendNote: null,
    guess: null,
    findings: [],
    seed: 0,
    epochs: 3,
    epoch: 1,
    steps: 7,
    select: "loss",
    bestEpoch: 1,
  },
  train: {
    ...{ split: "train", epoch: 1, weights: "running", averaged: false, augmented: false, samples: 4 },
    values: { loss: 1 / 3, accuracy: 0.5 },
  },
  ...{ validation: null, test: null, threshold: { accuracy: 0.9, met: null }, weightsHash: hash, modelHash: hash },
  ...{ samplesPerSecond: 10.5, seconds: 2, error: null },
};

export interface Sealed {
  readonly name: string;
  readonly bytes: Buffer;
  /** Throws for bytes that are not those. */
  readonly read: (bytes: Uint8Array) => void;
}

/** The files, which their readers find in the folder. */
export function sealedFiles(folder: string): readonly Sealed[] {
  const place = new RunFolder(folder);
  const { parameters, tensors } = smallModel;
  const state = { dtype: "f32", config: run.config, metadata, metricsLength: 0, progress: freshProgress } as const;
  const sections = sectionsOf({ weights: tensors, optimizerState: [tensors], averages: null, bestWeights: null });
  const at = (path: string, chunks: Iterable<Uint8Array>, read: () => unknown): Sealed => ({
    name: path.slice(folder.length + 1),
    bytes: Buffer.concat([...chunks]),
    read: (bytes) => {
      writeFileSync(path, bytes);
      read();
    },
  });
  const { modelFile, runFile, splitFile, resultFile, checkpointFile } = place;
  const splitDocument = { schema: 1, hash: splitHash(split), train: [0, 2, 3], validation: [1] };
  const model = encodeModel(metadata, parameters, tensors);
  return [
    at(modelFile, model, () => readModel(modelFile)),
    at(join(folder, "init.safetensors"), model, () => readWeights(join(folder, "init.safetensors"))),
    at(runFile, [sealJson(run, 2)], () => readRunFile(runFile)),
    at(splitFile, [sealJson(splitDocument)], () => verifySplit(place, split, splitHash(split))),
    at(resultFile, [sealJson(resultDocument(end), 2)], () => readResult(place)),
    at(checkpointFile, encodeCheckpoint(state, sections), () => readCheckpoint(checkpointFile)),
  ];
}

/** The bytes with one bit the other way, for each of these bits. */
export function* flipped(bytes: Buffer, bits: Iterable<number>): Generator<{ what: string; damaged: Buffer }> {
  for (const bit of bits) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3] ^= 1 << (bit & 7);
    yield { what: `bit ${bit & 7} of byte ${bit >> 3}`, damaged };
  }
}

export function* truncated(bytes: Buffer, step: number): Generator<{ what: string; damaged: Buffer }> {
  for (let length = 0; length < bytes.length; length += step) {
    yield { what: `the first ${length} bytes`, damaged: bytes.subarray(0, length) };
  }
}
