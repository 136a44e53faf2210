/**
 * A bench for operations: lays buffers into a small arena, guarded on both sides, runs a program over them on any back
 * end and gives back what the buffers then hold. Every byte outside the buffers is 0xff: reading there gives NaN, and a
 * write is found.
 */
import assert from "node:assert/strict";
import { stepBlock } from "../../src/engine/step.js";
import type { Backend } from "../../src/kernels/backend.js";
import { vectorBytes } from "../../src/kernels/backend.js";
import type { OperationArguments, OperationName, Region } from "../../src/kernels/operations.js";
import { ProgramWriter, signature } from "../../src/kernels/operations.js";

export type Real = Float32Array | Float64Array;
export type Numbers = Real | Uint8Array | Uint16Array | Int32Array;

/** A number format: its arrays, its vectors, and the largest relative error of rounding. */
export interface Format {
  readonly name: "f32" | "f64";
  readonly bytes: 4 | 8;
  readonly lanes: number;
  readonly unit: number;
  array(length: number): Real;
}

export const f32: Format = {
  name: "f32",
  bytes: 4,
  lanes: vectorBytes / 4,
  unit: 2 ** -24,
  array: (n) => new Float32Array(n),
};
export const f64: Format = {
  name: "f64",
  bytes: 8,
  lanes: vectorBytes / 8,
  unit: 2 ** -53,
  array: (n) => new Float64Array(n),
};
export const formats = [f32, f64];

/** The arguments of an operation, buffers by their contents; the same array twice is the same buffer. */
type CallValues<O extends OperationName> = {
  readonly [N in keyof OperationArguments<O>]: OperationArguments<O>[N] extends number ? number : Numbers | null;
};
export interface Call {
  readonly operation: OperationName;
  readonly values: Readonly<Record<string, Numbers | number | null>>;
}
export const call = <O extends OperationName>(operation: O, values: CallValues<O>): Call => ({ operation, values });

export interface StepValues {
  readonly cursor: number;
  readonly first: number;
  readonly rows: number;
  readonly chunk: number;
  readonly scale: number;
  readonly start: boolean;
  readonly finish: boolean;
  readonly hyper: readonly number[];
  readonly epoch?: number;
  /** Of a block: the group of samples that it belongs to, and whether it is that group's last; 0 and true where absent. */
  readonly group?: number;
  readonly last?: boolean;
}

/** The step in which one rank has all rows of a minibatch of one chunk. */
export const wholeStep = (rows: number): StepValues => {
  return { cursor: 0, first: 0, rows, chunk: rows, scale: 1 / Math.max(rows, 1), start: true, finish: true, hyper: [] };
};

export interface Outcome {
  /** What `run` returned after the last step. */
  readonly status: number;
  /** What a buffer holds now. */
  of<A extends Numbers>(buffer: A): A;
  readonly waited: number;
}

const guardBytes = 128;
const roundUp = (n: number) => Math.ceil(n / vectorBytes) * vectorBytes;

function writeStep(block: Float64Array, step: StepValues): void {
  const { cursor, first, rows, chunk, scale, start, finish, hyper } = step;
  block.set([cursor, first, rows, chunk, scale, Number(start), Number(finish), ...hyper]);
  block[stepBlock.epoch] = step.epoch ?? 0;
  block[stepBlock.group] = step.group ?? 0;
  block[stepBlock.last] = Number(step.last ?? true);
}

/** Runs the calls as one program, once for each step, and checks the guards. */
export function execute(
  backend: Backend,
  format: Format,
  calls: readonly Call[],
  steps: readonly StepValues[],
): Outcome {
  const places = new Map<Numbers, number>();
  let size = roundUp(stepBlock.words * 8) + guardBytes;
  for (const value of calls.flatMap(({ values }) => Object.values(values))) {
    if (value === null || typeof value === "number" || places.has(value)) continue;
    places.set(value, size);
    size += roundUp(value.byteLength) + guardBytes;
  }
  const shared = new Uint8Array(new SharedArrayBuffer(size + vectorBytes)).fill(0xff);
  const skip = (vectorBytes - (backend.address(shared) % vectorBytes)) % vectorBytes;
  const arena = shared.subarray(skip, skip + size);
  for (const [buffer, at] of places) arena.set(bytesOf(buffer), at);

  const writer = new ProgramWriter(format.bytes, { offset: 0, bytes: stepBlock.words * 8 });
  for (const { operation, values } of calls) addCall(writer, operation, values, places);
  const program = backend.load(writer.finish(), arena);
  const block = new Float64Array(arena.buffer, arena.byteOffset, stepBlock.words).fill(0);
  let status = -1;
  for (const step of steps) {
    writeStep(block, step);
    status = backend.run(program, 0);
    while (status >= 0) status = backend.run(program, status);
  }
  backend.unload(program);
  const waited = block[stepBlock.waited];

  const after = new Map<Numbers, Numbers>();
  arena.fill(0xff, 0, stepBlock.words * 8);
  for (const [buffer, at] of places) {
    const copy = arena.slice(at, at + buffer.byteLength).buffer;
    after.set(buffer, new (buffer.constructor as new (bytes: ArrayBufferLike) => Numbers)(copy));
    arena.fill(0xff, at, at + buffer.byteLength);
  }
  const touched = shared.findIndex((byte) => byte !== 0xff);
  assert.equal(touched, -1, `${calls[0].operation}: wrote outside its buffers, at byte ${touched - skip} of the arena`);
  return {
    status,
    waited,
    of: <A extends Numbers>(buffer: A) => after.get(buffer) as A,
  };
}

function addCall(
  writer: ProgramWriter,
  name: OperationName,
  values: Call["values"],
  places: Map<Numbers, number>,
): void {
  const written: Record<string, Region | number | null> = {};
  for (const argument of signature(name)) {
    const value = values[argument.name];
    const isBuffer = value !== null && typeof value !== "number";
    written[argument.name] = isBuffer ? { offset: places.get(value) ?? -1, bytes: value.byteLength } : value;
  }
  writer.add(name, written as OperationArguments<OperationName>);
}

export const bytesOf = (numbers: Numbers): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** The two hold the same bytes, but for the sign and payload of NaNs. */
export function assertSameBits(actual: Numbers, expected: Numbers, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < actual.length; i++) {
    if (!Object.is(actual[i], expected[i]))
      assert.fail(`${what}[${i}]: ${actual[i]}, expected ${expected[i]} to the bit`);
  }
}

/** No number is further than `tolerance` from what is expected; NaN and infinities match themselves. */
export function assertClose(actual: Numbers, expected: Numbers, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < actual.length; i++) {
    const near = Object.is(actual[i], expected[i]) || Math.abs(actual[i] - expected[i]) <= tolerance;
    if (!near) assert.fail(`${what}[${i}]: ${actual[i]}, expected ${expected[i]} within ${tolerance}`);
  }
}
