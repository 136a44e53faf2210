/**
 * The checkpoint, `last.ckpt`: everything that the rest of a run depends on, so that a resumed run writes the bytes of
 * the unbroken one at any number of threads. Random draws need no state: they follow from seed, epoch and place. It holds
 * the model's description too, so that its last weights can be used.
 *
 *   8 bytes       "HEDDLECK"
 *   4 + 4 bytes   version, length of the header (little-endian)
 *   header        JSON: the numbers, and the lengths of the sections
 *   sections      weights, then optimizer state, then their average, then best weights: raw, in the dtype, canonical (PyTorch's) order
 *   32 bytes      BLAKE3 of every byte before
 */
import { z } from "zod";
import { writeAtomically } from "../base/atomic-write.js";
import { dataError, internalError } from "../base/errors.js";
import { blake3, digestLength, withDigest } from "../base/hash.js";
import { bytesOf, type Dtype, type FloatArray, floatsOf } from "../base/numbers.js";
import { readWholeFile } from "../base/read-file.js";
import { splitNames, weightNames } from "../metrics/score.js";
import { type ModelMetadata, modelMetadataSchema } from "../model/model-file.js";
import type { Progress } from "./progress.js";

export interface CheckpointHeader {
  readonly dtype: Dtype;
  /** The resolved configuration as JSON, to be compared before a resume. */
  readonly config: unknown;
  /** What a model file of these weights says; compared before a resume, too. */
  readonly metadata: ModelMetadata;
  /** Bytes of `metrics.jsonl` that belong to this state; what is beyond is cut off on resume. */
  readonly metricsLength: number;
  readonly progress: Progress;
}

/** How many numbers each tensor has. */
interface Lengths {
  /** In the order of the net's parameters and statistics. */
  readonly weights: readonly number[];
  /** Per kind of state (Adam: m, then v) one per parameter; empty for SGD. */
  readonly optimizerState: readonly (readonly number[])[];
  /** With `--ema`, as the weights. */
  readonly averages: readonly number[] | null;
  readonly bestWeights: readonly number[] | null;
}

/** The tensors as they are written: `next` gives them in the order of the lengths; one may lie where the one before did. */
export interface CheckpointSections {
  readonly lengths: Lengths;
  readonly tensors: Iterable<FloatArray>;
}

export interface CheckpointTensors {
  readonly weights: readonly FloatArray[];
  readonly optimizerState: readonly (readonly FloatArray[])[];
  readonly averages: readonly FloatArray[] | null;
  readonly bestWeights: readonly FloatArray[] | null;
}

const magic = new TextEncoder().encode("HEDDLECK");
const version = 3;
const preludeLength = magic.length + 8;

// JSON has no words for these; a loss may still be one of them.
const real = z.union([z.number(), z.literal(["NaN", "Infinity", "-Infinity"]).transform(Number)]);
const count = z.number().int().min(0);
const score = z.object({
  split: z.enum(splitNames),
  epoch: count.nullable(),
  weights: z.enum(weightNames),
  averaged: z.boolean(),
  augmented: z.boolean(),
  samples: count,
  values: z.record(z.string(), real.nullable()),
});
const headerSchema = z.object({
  dtype: z.enum(["f32", "f64"]),
  config: z.unknown(),
  metadata: modelMetadataSchema,
  metricsLength: count,
  progress: z.object({
    epoch: count,
    step: count,
    lossSum: real,
    correct: count,
    samples: count,
    totalSteps: count,
    best: z.object({ epoch: count, train: score.nullable(), validation: score.nullable() }).nullable(),
    last: z.object({ train: score.nullable(), validation: score.nullable() }).nullable(),
    stall: z.object({ reference: real.nullable(), epochs: count }),
    followed: z.object({ reference: real.nullable(), epochs: count, cooling: count, factor: z.number() }),
    trainSeconds: real,
    epochSeconds: real,
    seconds: real,
    batchLosses: z.array(real),
  }),
  lengths: z.object({
    weights: z.array(count),
    optimizerState: z.array(z.array(count)),
    averages: z.array(count).nullable(),
    bestWeights: z.array(count).nullable(),
  }),
});

/** Tensors that are all there at once, as sections. */
export function sectionsOf({ weights, optimizerState, averages, bestWeights }: CheckpointTensors): CheckpointSections {
  const lengthsOf = (tensors: readonly FloatArray[]) => tensors.map(({ length }) => length);
  return {
    lengths: {
      weights: lengthsOf(weights),
      optimizerState: optimizerState.map(lengthsOf),
      averages: averages && lengthsOf(averages),
      bestWeights: bestWeights && lengthsOf(bestWeights),
    },
    tensors: [...weights, ...optimizerState.flat(), ...(averages ?? []), ...(bestWeights ?? [])],
  };
}

/** The file as chunks, each of which must be used before the next is asked for. */
export function encodeCheckpoint(
  state: CheckpointHeader,
  { lengths, tensors }: CheckpointSections,
): Generator<Uint8Array> {
  const text = JSON.stringify({ ...state, lengths }, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
  const header = new TextEncoder().encode(text);
  const prelude = new Uint8Array(preludeLength);
  prelude.set(magic);
  new DataView(prelude.buffer).setUint32(magic.length, version, true);
  new DataView(prelude.buffer).setUint32(magic.length + 4, header.length, true);
  return withDigest(chunksOf([prelude, header], tensors, state.dtype));
}

function* chunksOf(head: Uint8Array[], tensors: Iterable<FloatArray>, dtype: Dtype): Generator<Uint8Array> {
  yield* head;
  for (const tensor of tensors) {
    if (!(tensor instanceof floatsOf(dtype))) {
      throw internalError(`a checkpoint of ${dtype} got arrays of another type`);
    }
    yield bytesOf(tensor);
  }
}

/** Writes beside, then renames: whoever is killed in between leaves the checkpoint of before. */
export function writeCheckpoint(
  path: string,
  state: CheckpointHeader,
  sections: CheckpointSections,
  before?: () => void,
): void {
  writeAtomically(path, encodeCheckpoint(state, sections), before);
}

/** Throws `dataError` for a file with as much as one wrong bit. */
export function readCheckpoint(path: string): CheckpointHeader & CheckpointTensors {
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
  const { lengths, ...state } = header.data;
  const floats = floatsOf(state.dtype);
  let at = dataStart;
  const take = (length: number): FloatArray => {
    const end = at + length * floats.BYTES_PER_ELEMENT;
    if (end > body.length) throw refuse(`${end} bytes of sections`, `${body.length}`);
    const section = new floats(length);
    bytesOf(section).set(body.subarray(at, end));
    at = end;
    return section;
  };
  const tensors = {
    weights: lengths.weights.map(take),
    optimizerState: lengths.optimizerState.map((kind) => kind.map(take)),
    averages: lengths.averages && lengths.averages.map(take),
    bestWeights: lengths.bestWeights && lengths.bestWeights.map(take),
  };
  if (at !== body.length) throw refuse(`the end after ${at} bytes`, `${body.length - at} bytes more`);
  return { ...state, ...tensors };
}

const shortHex = (digest: Uint8Array): string => `${Buffer.from(digest).toString("hex").slice(0, 8)}…`;

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined;
  }
}
