/**
 * A bench for operations: lays buffers into a small arena, guarded on both sides, runs a program over them on any back
 * end and gives back what the buffers then hold. Every byte outside the buffers is 0xff: reading there gives NaN, and a
 * write is found.
 */
import assert from "node:assert/strict";
import type { Elementwise } from "../../src/kernels/activations/index.js";
import type { Backend } from "../../src/kernels/backend.js";
import { stepBlock, vectorBytes } from "../../src/kernels/layout.js";
import {
  type InstructionArguments,
  type InstructionName,
  type SignatureOf,
  signature,
} from "../../src/kernels/ops/index.js";
import type { Elements } from "../../src/kernels/ops/operation.js";
import { ProgramWriter } from "../../src/kernels/program-writer.js";
import type { ArgumentsOf, Range, Region } from "../../src/kernels/signature.js";

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

/** Rows of numbers, `ld` apart. */
export interface Matrix<A extends Numbers = Real> {
  readonly numbers: A;
  readonly ld: number;
}

/** What stands for each kind of argument: buffers by their contents; the same array twice is the same buffer. */
interface InTest {
  readonly buffer: Elements;
  readonly rows: { readonly [B in keyof Elements]: Matrix<Elements[B]> };
  readonly absent: null;
  readonly state: readonly Real[];
  readonly activation: Elementwise;
}
export type CallValues<I extends InstructionName> = ArgumentsOf<SignatureOf<I>, InTest>;
type Value = Numbers | Matrix<Numbers> | readonly Real[] | Elementwise | Range | number | null;
export interface Call {
  readonly operation: InstructionName;
  readonly values: Readonly<Record<string, Value>>;
}
export const call = <I extends InstructionName>(operation: I, values: CallValues<I>): Call => ({ operation, values });

const isNumbers = (value: unknown): value is Numbers => ArrayBuffer.isView(value);
/** The buffers of an argument: of the optimizer's state there are as many as it has kinds. */
export function buffersOf(value: Value | undefined): readonly Numbers[] {
  if (isNumbers(value)) return [value];
  if (Array.isArray(value)) return (value as readonly unknown[]).filter(isNumbers);
  return typeof value === "object" && value !== null && "numbers" in value ? [value.numbers] : [];
}

export interface StepValues {
  readonly cursor: number;
  readonly first: number;
  readonly rows: number;
  readonly chunk: number;
  readonly scale: number;
  readonly start: boolean;
  readonly finish: boolean;
  readonly hyperparameters: readonly number[];
  readonly epoch?: number;
  /** Of a block: the group of samples that it belongs to, and whether it is that group's last; 0 and true where absent. */
  readonly group?: number;
  readonly last?: boolean;
}

/** The step in which one rank has all rows of a minibatch of one chunk. */
export const wholeStep = (rows: number): StepValues => {
  const scale = 1 / Math.max(rows, 1);
  return { cursor: 0, first: 0, rows, chunk: rows, scale, start: true, finish: true, hyperparameters: [] };
};

export interface Outcome {
  /** What `run` returned after the last step. */
  readonly status: number;
  /** What a buffer holds now. */
  of<A extends Numbers>(buffer: A): A;
  /** Where it lay in the arena. */
  placeOf(buffer: Numbers): number;
  readonly waited: number;
}

const guardBytes = 128;
const roundUp = (n: number) => Math.ceil(n / vectorBytes) * vectorBytes;

function writeStep(block: Float64Array, step: StepValues): void {
  const { cursor, first, rows, chunk, scale, start, finish, hyperparameters } = step;
  block.set([cursor, first, rows, chunk, scale, Number(start), Number(finish)]);
  block.set(hyperparameters, stepBlock.hyperparameters);
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
  for (const buffer of calls.flatMap(({ values }) => Object.values(values).flatMap(buffersOf))) {
    if (places.has(buffer)) continue;
    places.set(buffer, size);
    size += roundUp(buffer.byteLength) + guardBytes;
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
    placeOf: (buffer) => places.get(buffer) ?? -1,
  };
}

function addCall(
  writer: ProgramWriter,
  name: InstructionName,
  values: Call["values"],
  places: Map<Numbers, number>,
): void {
  const regionOf = (buffer: Numbers): Region => ({ offset: places.get(buffer) ?? -1, bytes: buffer.byteLength });
  const written = signature(name).map((argument) => {
    const value = values[argument.name];
    const regions = buffersOf(value).map(regionOf);
    if (argument.kind === "rows") return [argument.name, value && { region: regions[0], ld: (value as Matrix).ld }];
    if (argument.kind === "state") return [argument.name, regions];
    return [argument.name, argument.kind === "buffer" ? (regions[0] ?? null) : value];
  });
  writer.add(name, Object.fromEntries(written) as InstructionArguments<InstructionName>);
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
