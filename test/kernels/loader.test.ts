/** Programs that are wrong are refused with the place of the first wrong word, by both back ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runStatus } from "../../src/kernels/backend.js";
import { stepBlock } from "../../src/kernels/layout.js";
import { instructionNames } from "../../src/kernels/ops/index.js";
import { ProgramWriter } from "../../src/kernels/program-writer.js";
import { referenceBackend } from "../../src/kernels/reference/interpreter.js";
import { nativeBackends } from "./addon.js";

const arenaBytes = 4096;
const block = { offset: 0, bytes: stepBlock.words * 8 };
const activation = instructionNames.indexOf("activation");
const halt = instructionNames.indexOf("halt");
const blocks = instructionNames.indexOf("blocks");

/** activation of one vector: x at 128, y at 192. Words: 4, 0, number, x, bytes, 0, ldx, y, bytes, 0, ldy, n, activation, slope. */
const good = ((): number[] => {
  const writer = new ProgramWriter(4, block);
  const [x, y] = [128, 192].map((offset) => ({ region: { offset, bytes: 64 }, ld: 16 }));
  writer.add("activation", { x, y, n: 16, activation: { name: "relu", slope: 0 } });
  return Array.from(writer.finish());
})();

const wrong: [what: string, words: number[]][] = [
  ["nothing", []],
  ["no step block", [4]],
  ...[0, 2, 16, -4, 4.5, NaN].map((size): [string, number[]] => [`element size ${size}`, good.with(0, size)]),
  ...[-8, -1, 4, 8.5, arenaBytes - 120, arenaBytes, 1e20, NaN, Infinity].map((offset): [string, number[]] => [
    `step block at ${offset}`,
    good.with(1, offset),
  ]),
  ...[instructionNames.length, -1, 0.5, 99, 1e20, -1e20, NaN, Infinity].map((number): [string, number[]] => [
    `operation ${number}`,
    good.with(2, number),
  ]),
  ...[-64, -2, 130, 128.5, arenaBytes, 1e20, NaN, Infinity].map((offset): [string, number[]] => [
    `buffer at ${offset}`,
    good.with(3, offset),
  ]),
  ...[-1, arenaBytes - 127, 1e20, NaN, Infinity].map((bytes): [string, number[]] => [
    `buffer of ${bytes} bytes`,
    good.with(4, bytes),
  ]),
  ...Array.from(good.keys())
    .slice(3)
    .map((length): [string, number[]] => [`the first ${length} words`, good.slice(0, length)]),
  ["doubles that are aligned to floats only", [8, 0, activation, 132, 64, 0, 8, 192, 64, 0, 8, 8, 0, 0]],
  ["a flag between two words", [4, 0, halt, 129, 4, 0]],
  ["a loop beyond the program", [4, 0, blocks, 0, 0, 0, 8, 1]],
  ["a loop over blocks of no samples", [4, 0, blocks, 0, 0, 0, 0, 1, ...good.slice(2)]],
  ["a loop with a flag inside", [4, 0, blocks, 0, 0, 0, 8, 1, halt, 128, 4, 0]],
  ["a loop in a loop", [4, 0, blocks, 0, 0, 0, 8, 2, blocks, 0, 0, 0, 8, 1, ...good.slice(2)]],
  ["a second operation that is cut off", [...good, halt, 128]],
];

for (const backend of [...nativeBackends().slice(0, 1), referenceBackend()]) {
  const arena = new Uint8Array(new SharedArrayBuffer(arenaBytes));

  test(`${backend.name}: the good program runs`, () => {
    assert.equal(backend.run(backend.load(Float64Array.from(good), arena), 0), runStatus.done);
    assert.equal(backend.run(backend.load(Float64Array.of(4, 0), arena), 0), runStatus.done);
  });

  for (const [what, words] of wrong) {
    test(`${backend.name}: ${what} is refused`, () => {
      const message = /^(Internal error: )?load: program word \d+: /;
      assert.throws(() => backend.load(Float64Array.from(words), arena), { message });
    });
  }

  test(`${backend.name}: programs work on the arenas they were loaded over, until unloaded`, () => {
    const arenas = [0, 1].map(() => new Uint8Array(new SharedArrayBuffer(arenaBytes)));
    const programs = arenas.map((own) => backend.load(Float64Array.from(good), own));
    for (const [i, own] of arenas.entries()) {
      new Float64Array(own.buffer)[stepBlock.rows] = 1;
      new Float32Array(own.buffer, 128, 16).fill(i + 1);
      assert.equal(backend.run(programs[i], 0), runStatus.done);
    }
    for (const [i, own] of arenas.entries()) {
      assert.deepEqual(new Float32Array(own.buffer, 192, 16), new Float32Array(16).fill(i + 1));
    }
    backend.unload(programs[0]);
    assert.throws(() => backend.run(programs[0], 0), /run: /);
    assert.throws(() => backend.unload(programs[0]), /unload: /);
    // Numbers are not used again, and the other program is as it was.
    assert.ok(!programs.includes(backend.load(Float64Array.from(good), arena)));
    assert.equal(backend.run(programs[1], 0), runStatus.done);
  });
}

test("the reference refuses functions and optimizers that nobody knows", () => {
  const backend = referenceBackend();
  const arena = new Uint8Array(new SharedArrayBuffer(arenaBytes));
  const functions = Float64Array.from(good.with(12, 99));
  assert.throws(() => backend.load(functions, arena), /no elementwise function has the number 99/);
  const writer = new ProgramWriter(4, block);
  const [dy, b] = [128, 192].map((offset) => ({ offset, bytes: 64 }));
  const values = { dy: { region: dy, ld: 16 }, b, g: null, state: [], vectors: [0, 1] as const };
  writer.add("biasUpdate", { ...values, optimizer: 63 });
  new Float64Array(arena.buffer)[stepBlock.finish] = 1;
  const program = backend.load(writer.finish(), arena);
  assert.throws(() => backend.run(program, 0), /no optimizer has the number 63/);
});
