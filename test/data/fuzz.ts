/**
 * Fuzzing of the readers of files: whole files are damaged by chance, and a reader must refuse each with an error of our
 * own, or give what an independent way of reading gives. Nothing may crash, hang, or take memory that no file can ask for.
 */
import { AssertionError } from "node:assert";
import { HeddleError } from "../../src/base/errors.js";
import { Stream } from "../../src/base/random.js";

export interface FuzzedReader {
  readonly name: string;
  /** Whole files. */
  readonly seeds: readonly Uint8Array[];
  /** Ways to damage a file: at its surface, or below checksums and compression, which are then made right again. */
  readonly ways: readonly ((file: Uint8Array, damage: Damage, below: (n: number) => number) => Uint8Array)[];
  /** Reads the bytes; throws AssertionError where the answer is not what an independent reading gives. */
  read(bytes: Uint8Array): Promise<void> | void;
}

export type Damage = (bytes: Uint8Array) => Uint8Array;

export interface FuzzReport {
  readonly inputs: number;
  readonly refused: number;
  readonly answered: number;
  readonly slowestMs: number;
  /** What the process held more than before the first input, at most, looked at now and then. */
  readonly grewBytes: number;
  /** What went wrong: the input's number, and how. */
  readonly failures: readonly { readonly input: number; readonly bytes: Uint8Array; readonly reason: string }[];
}

/** The same inputs for the same seed, each by its number alone. */
export async function fuzz(reader: FuzzedReader, inputs: number, seed: number): Promise<FuzzReport> {
  const stream = new Stream(seed, "synthetic", 7);
  const failures: FuzzReport["failures"][number][] = [];
  let [refused, answered, slowestMs, grewBytes] = [0, 0, 0, 0];
  const before = process.memoryUsage.rss();
  for (let input = 0; input < inputs; input++) {
    stream.at(0, input);
    const pick = <T>(list: readonly T[]): T => list[stream.below(list.length)];
    const damage: Damage = (file) => damaged(file, stream, reader.seeds);
    const bytes = pick(reader.ways)(pick(reader.seeds), damage, (n) => stream.below(n));
    const started = performance.now();
    try {
      await reader.read(bytes);
      answered++;
    } catch (error) {
      if (error instanceof HeddleError && error.kind === "data") refused++;
      else {
        const kind = error instanceof AssertionError ? "a wrong answer" : "a foreign error";
        failures.push({ input, bytes, reason: `${kind}: ${error instanceof Error ? error.stack : String(error)}` });
      }
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
    if (input % 50 === 0) grewBytes = Math.max(grewBytes, process.memoryUsage.rss() - before);
  }
  return { inputs, refused, answered, slowestMs, grewBytes, failures };
}

/** One to six changes. */
export function damaged(file: Uint8Array, stream: Stream, others: readonly Uint8Array[]): Uint8Array {
  let bytes: Buffer = Buffer.from(file);
  for (let left = 1 + stream.below(6) * stream.below(2); left > 0; left--) {
    bytes = changes[stream.below(changes.length)](bytes, stream, others);
  }
  return bytes;
}

type Change = (bytes: Buffer, stream: Stream, others: readonly Uint8Array[]) => Buffer;

/** Numbers at which signs turn and sums overflow. */
const words = [0, 1, 2, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

const placeIn = (bytes: Buffer, stream: Stream): number => stream.below(bytes.length + 1);
/** Mostly short. */
const lengthFrom = (bytes: Buffer, at: number, stream: Stream): number =>
  Math.min(bytes.length - at, 1 + stream.below(2 ** (1 + stream.below(10))));

const changes: readonly Change[] = [
  function flipBit(bytes, stream) {
    if (bytes.length > 0) bytes[stream.below(bytes.length)] ^= 1 << stream.below(8);
    return bytes;
  },
  function setByte(bytes, stream) {
    if (bytes.length > 0) bytes[stream.below(bytes.length)] = stream.word() & 255;
    return bytes;
  },
  function setWord(bytes, stream) {
    if (bytes.length < 4) return bytes;
    const at = stream.below(bytes.length - 3);
    const word = words[stream.below(words.length)];
    if (stream.below(2) === 0) bytes.writeUInt32BE(word, at);
    else bytes.writeUInt32LE(word, at);
    return bytes;
  },
  function setDigit(bytes, stream) {
    const digits = [...bytes.entries()].filter(([, byte]) => byte >= 0x30 && byte <= 0x39);
    if (digits.length > 0) bytes[digits[stream.below(digits.length)][0]] = 0x30 + stream.below(10);
    return bytes;
  },
  function cutEnd(bytes, stream) {
    return bytes.subarray(0, placeIn(bytes, stream));
  },
  function remove(bytes, stream) {
    const at = placeIn(bytes, stream);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + lengthFrom(bytes, at, stream))]);
  },
  function repeat(bytes, stream) {
    const at = placeIn(bytes, stream);
    return Buffer.concat([bytes.subarray(0, at + lengthFrom(bytes, at, stream)), bytes.subarray(at)]);
  },
  function insert(bytes, stream) {
    const at = placeIn(bytes, stream);
    const noise = Buffer.from(Array.from({ length: 1 + stream.below(20) }, () => stream.word() & 255));
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  function zero(bytes, stream) {
    const at = placeIn(bytes, stream);
    return bytes.fill(0, at, at + lengthFrom(bytes, at, stream));
  },
  function swapTail(bytes, stream, others) {
    const other = others[stream.below(others.length)];
    const at = placeIn(bytes, stream);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]);
  },
];
