/** Loops over blocks of samples: every row once, in order, whatever the groups and sizes; both back ends the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { identity } from "../../src/kernels/activations/index.js";
import { runStatus } from "../../src/kernels/backend.js";
import { stepBlock } from "../../src/kernels/layout.js";
import { ProgramWriter } from "../../src/kernels/program-writer.js";
import { type BlockLoop, blocksOf } from "../../src/kernels/reference/blocks.js";
import { referenceBackend } from "../../src/kernels/reference/interpreter.js";
import { type Rows } from "../../src/kernels/signature.js";
import { nativeBackends } from "./addon.js";

const ld = 16;
const most = 40;
const at = { block: 0, x: 256, y: 256 + most * ld * 4, local: 256 + 2 * most * ld * 4, end: 256 + 3 * most * ld * 4 };

const loops = fc
  .record({
    chunk: fc.integer({ min: 0, max: most }),
    groups: fc.constantFrom(0, 1, 2, 4, 16),
    size: fc.integer({ min: 1, max: 9 }),
    cut: fc.tuple(fc.nat(), fc.nat()),
  })
  .map(({ chunk, groups, size, cut }) => {
    const [first, last] = cut.map((n) => n % ((groups || chunk) + 1)).sort((a, b) => a - b);
    return { chunk, groups, size, first, last };
  });

for (const backend of [...nativeBackends(), referenceBackend()]) {
  test(`${backend.name} ${backend.isa}: a loop does each of its rows once, through a buffer of the block's own`, () => {
    fc.assert(
      fc.property(loops, ({ chunk, groups, size, first, last }) => {
        const arena = new Uint8Array(new SharedArrayBuffer(at.end));
        const numbers = (offset: number): Float32Array => new Float32Array(arena.buffer, offset, most * ld);
        const [x, y] = [numbers(at.x), numbers(at.y)];
        x.forEach((_, i) => (x[i] = i % 2 === 0 ? i : -i));
        const writer = new ProgramWriter(4, { offset: at.block, bytes: stepBlock.words * 8 });
        const rows = (offset: number): Rows => ({ region: { offset, bytes: most * ld * 4, rowBytes: ld * 4 }, ld });
        const local = { region: { offset: at.local, bytes: size * ld * 4 }, ld };
        writer.add("activation", { x: rows(at.y), y: rows(at.y), n: ld, activation: identity });
        writer.add("blocks", { firstGroup: first, lastGroup: last, groups, size, count: 2 });
        writer.add("activation", { x: rows(at.x), y: local, n: ld, activation: { name: "relu", slope: 0 } });
        writer.add("activation", { x: local, y: rows(at.y), n: ld, activation: identity });
        const step = new Float64Array(arena.buffer, at.block, stepBlock.words);
        step[stepBlock.chunk] = chunk;
        if (groups === 0) [step[stepBlock.first], step[stepBlock.rows]] = [first, last - first];
        const program = backend.load(writer.finish(), arena);
        let status = backend.run(program, 0);
        while (status >= 0) status = backend.run(program, status);
        assert.equal(status, runStatus.done);
        const edge = (n: number): number => (groups ? Math.floor((chunk * n) / groups) : n) * ld;
        const expected = x.map((value, i) => (i >= edge(first) && i < edge(last) ? Math.max(value, 0) : 0));
        assert.deepEqual(y, expected);
      }),
    );
  });
}

test("the blocks of a group begin its gradient, end it, and are as even as can be", () => {
  const step = {
    cursor: 100,
    first: 0,
    rows: 0,
    chunk: 40,
    scale: 1,
    start: true,
    finish: true,
    hyperparameters: new Float64Array(8),
  };
  const rest = { epoch: 0, group: 0, last: false };
  const loop: BlockLoop = { firstGroup: 1, lastGroup: 3, groups: 4, size: 8, count: 1 };
  const blocks = blocksOf(loop, { ...step, ...rest });
  assert.deepEqual(
    blocks.map(({ row, step: { cursor, rows, group, start, last } }) => ({ row, cursor, rows, group, start, last })),
    [
      { row: 10, cursor: 110, rows: 5, group: 1, start: true, last: false },
      { row: 15, cursor: 115, rows: 5, group: 1, start: false, last: true },
      { row: 20, cursor: 120, rows: 5, group: 2, start: true, last: false },
      { row: 25, cursor: 125, rows: 5, group: 2, start: false, last: true },
    ],
  );
});
