/**
 * The checkpoint, `last.ckpt`: everything that the rest of a run depends on, so that a resumed run writes the bytes of
 * the unbroken one at any number of threads. Random draws need no state: they follow from seed, epoch and place.
 *
 *   8 bytes       "HEDDLECK"
 *   4 + 4 bytes   version, length of the header (little-endian)
 *   header        JSON: the numbers, and the lengths of the sections
 *   sections      weights, then optimizer state, then best weights: raw, in the dtype, canonical (PyTorch's) order
 *   32 bytes      BLAKE3 of every byte before
 */
import { z } from "zod";
import { dataError, internalError } from "../errors.js";
import { writeAtomically } from "../model/atomic-write.js";
import { blake3, digestLength } from "../model/hash.js";
import type { Dtype, FloatArray } from "../model/model-file.js";
import { readWholeFile } from "../model/read-file.js";
import { bytesOf } from "../model/safetensors.js";
import type { Score } from "./events.js";

export interface CheckpointState {
  readonly dtype: Dtype;
  /** The resolved configuration as JSON, to be compared before a resume. */
  readonly config: unknown;
  /** Of the training data. */
  readonly dataHash: string;
  /** The epoch in progress, from 0; equal to the number of epochs once all are done. */
  readonly epoch: number;
  /** Steps done in this epoch. */
  readonly step: number;
  /** Partial sums of this epoch: losses and right answers over the samples seen. */
  readonly lossSum: number;
  readonly correct: number;
  readonly samples: number;
  /** Steps done in the whole run: the optimizer's time. */
  readonly totalSteps: number;
  /** Bytes of `metrics.jsonl` that belong to this state; what is beyond is cut off on resume. */
  readonly metricsLength: number;
  /** The model kept as the best so far. */
  readonly best: { readonly epoch: number; readonly train: Score | null; readonly validation: Score | null } | null;
  /** Scores of the last epoch that ended. */
  readonly last: { readonly train: Score; readonly validation: Score | null } | null;
  /** Seconds of training so far, and those of them in the epoch in progress. */
  readonly trainSeconds: number;
  readonly epochSeconds: number;
  /** One array per tensor, in the order of the net's parameters and statistics. */
  readonly weights: readonly FloatArray[];
  /** Per kind of state (Adam: m, then v) one array per parameter; empty for SGD. */
  readonly optimizerState: readonly (readonly FloatArray[])[];
  readonly bestWeights: readonly FloatArray[] | null;
}

/** What of a checkpoint grows while a run goes on, beside the tensors in the arena. */
export type Progress = Omit<
  CheckpointState,
  "dtype" | "config" | "dataHash" | "metricsLength" | "weights" | "optimizerState"
>;

/** Before the first step. */
export const freshProgress: Progress = {
  epoch: 0,
  step: 0,
  lossSum: 0,
  correct: 0,
  samples: 0,
  totalSteps: 0,
  best: null,
  last: null,
  trainSeconds: 0,
  epochSeconds: 0,
  bestWeights: null,
};

const magic = new TextEncoder().encode("HEDDLECK");
const version = 1;
const preludeLength = magic.length + 8;

// JSON has no words for these; a loss may still be one of them.
const real = z.union([z.number(), z.literal(["NaN", "Infinity", "-Infinity"]).transform(Number)]);
const count = z.number().int().min(0);
const score = z.object({ loss: real, accuracy: real, samples: count });
const headerSchema = z.object({
  dtype: z.enum(["f32", "f64"]),
  config: z.unknown(),
  dataHash: z.string(),
  epoch: count,
  step: count,
  lossSum: real,
  correct: count,
  samples: count,
  totalSteps: count,
  metricsLength: count,
  best: z.object({ epoch: count, train: score.nullable(), validation: score.nullable() }).nullable(),
  last: z.object({ train: score, validation: score.nullable() }).nullable(),
  trainSeconds: real,
  epochSeconds: real,
  lengths: z.object({
    weights: z.array(count),
    optimizerState: z.array(z.array(count)),
    bestWeights: z.array(count).nullable(),
  }),
});

/** The file as chunks. The arrays are not copied: they must not change until the chunks are written. */
export function encodeCheckpoint(state: CheckpointState): Uint8Array[] {
  const { weights, optimizerState, bestWeights, ...numbers } = state;
  const sections = [...weights, ...optimizerState.flat(), ...(bestWeights ?? [])];
  const floats = floatsOf(state.dtype);
  if (!sections.every((section) => section instanceof floats)) {
    throw internalError(`a checkpoint of ${state.dtype} got arrays of another type`);
  }
  const lengthsOf = (arrays: readonly FloatArray[]) => arrays.map(({ length }) => length);
  const lengths = {
    weights: lengthsOf(weights),
    optimizerState: optimizerState.map(lengthsOf),
    bestWeights: bestWeights && lengthsOf(bestWeights),
  };
  const text = JSON.stringify({ ...numbers, lengths }, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
  const header = new TextEncoder().encode(text);
  const prelude = new Uint8Array(preludeLength);
  prelude.set(magic);
  new DataView(prelude.buffer).setUint32(magic.length, version, true);
  new DataView(prelude.buffer).setUint32(magic.length + 4, header.length, true);
  const chunks = [prelude, header, ...sections.map(bytesOf)];
  return [...chunks, blake3(chunks)];
}

/** Writes beside, then renames: whoever is killed in between leaves the checkpoint of before. */
export function writeCheckpoint(path: string, state: CheckpointState): void {
  writeAtomically(path, encodeCheckpoint(state));
}

/** Throws `dataError` for a file with as much as one wrong bit. */
export function readCheckpoint(path: string): CheckpointState {
  const bytes = readWholeFile(path, "a checkpoint");
  const refuse = (expected: string, got: string) =>
    dataError({ where: path, expected, got, fix: "It cannot be resumed from: train anew, with another --out." });
  if (bytes.length < preludeLength + digestLength || !magic.every((byte, i) => bytes[i] === byte)) {
    throw refuse("a checkpoint of Heddle", `another file, or the first ${bytes.length} bytes of one`);
  }
  const body = bytes.subarray(0, -digestLength);
  const [stored, computed] = [bytes.subarray(-digestLength), blake3([body])];
  if (Buffer.compare(stored, computed) !== 0) {
    throw refuse(
      `bytes with the BLAKE3 hash ${shortHex(stored)} at its end`,
      `${shortHex(computed)}: the file is damaged`,
    );
  }
  // From here on the bytes are those that were written; a mismatch is another version's doing.
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const found = view.getUint32(magic.length, true);
  if (found !== version) throw refuse(`checkpoint version ${version}`, `version ${found}`);
  const dataStart = preludeLength + view.getUint32(magic.length + 4, true);
  const header = headerSchema.safeParse(parse(body.subarray(preludeLength, dataStart)));
  if (!header.success) {
    const { path: place, message } = header.error.issues[0];
    throw refuse("a header that this version of Heddle writes", `${place.join(".")}: ${message}`);
  }
  const { lengths, ...numbers } = header.data;
  const floats = floatsOf(numbers.dtype);
  let at = dataStart;
  const take = (length: number): FloatArray => {
    const section = new floats(length);
    const end = at + section.byteLength;
    if (end > body.length) throw refuse(`${end} bytes of sections`, `${body.length}`);
    bytesOf(section).set(body.subarray(at, end));
    at = end;
    return section;
  };
  const state = {
    ...numbers,
    weights: lengths.weights.map(take),
    optimizerState: lengths.optimizerState.map((kind) => kind.map(take)),
    bestWeights: lengths.bestWeights && lengths.bestWeights.map(take),
  };
  if (at !== body.length) throw refuse(`the end after ${at} bytes`, `${body.length - at} bytes more`);
  return state;
}

const floatsOf = (dtype: Dtype) => (dtype === "f32" ? Float32Array : Float64Array);
const shortHex = (digest: Uint8Array): string => `${Buffer.from(digest).toString("hex").slice(0, 8)}…`;

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined;
  }
}
