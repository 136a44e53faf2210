/** Updates that processes divide: every unit has one owner, whose bytes are those that all get. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DividedUpdates } from "../../src/engine/divided-updates.js";
import type { PlannedParameter } from "../../src/engine/memory.js";
import { lanesOf, padded, panelIndex } from "../../src/kernels/panels.js";

test("the ranks of all processes have each unit once, and stretches have each number once, as its owner's", () => {
  const options = fc.record({
    rows: fc.integer({ min: 1, max: 70 }),
    taps: fc.constantFrom(1, 2, 9),
    n: fc.integer({ min: 1, max: 150 }),
    processes: fc.integer({ min: 2, max: 9 }),
    ranks: fc.integer({ min: 1, max: 3 }),
    dtype: fc.constantFrom("f32" as const, "f64" as const),
  });
  fc.assert(
    fc.property(options, ({ rows, taps, n, processes, ranks, dtype }) => {
      const [lanes, words, k] = [lanesOf(dtype), dtype === "f64" ? 2 : 1, rows * taps];
      const ofPanel = Math.ceil(rows / lanes);
      const units = ofPanel * Math.ceil(n / (3 * lanes));
      const w = { offset: 0, bytes: 0 };
      const image = { height: taps, width: 1, channels: rows };
      const packing = { kind: "panels", k, n, image, copy: taps === 1 ? "transposed" : "turned" };
      const weight = { w, orthogonal: false, spec: { packing } } as unknown as PlannedParameter;
      const owner: number[] = [];
      for (let process = 0; process < processes; process++) {
        const divided = new DividedUpdates({ division: { processes, process }, ranks, chunk: 1000, dtype });
        for (let rank = 0; rank < ranks; rank++) {
          const [first, last] = divided.unitsOf(weight, units, 1, rank)!;
          assert.equal(first, owner.length);
          for (let unit = first; unit < last; unit++) owner.push(process);
        }
        if (process < processes - 1) continue;
        const parts = divided.parts(() => [w]).map(({ edges }) => edges);
        // The whole of a matrix is one stretch; of a kernel there are a few for each boundary between processes.
        assert.ok(parts.length <= (taps === 1 ? 1 : 1 + (taps + 1) * (processes - 1)), `${parts.length} stretches`);
        assert.deepEqual([parts[0][0], parts[parts.length - 1][processes]], [0, words * k * padded(n, lanes)]);
        const makers: number[] = [];
        for (const edges of parts) {
          assert.deepEqual([edges.length, edges[0]], [processes + 1, makers.length]);
          for (let p = 0; p < processes; p++) while (makers.length < edges[p + 1]) makers.push(p);
        }
        for (let row = 0; row < k; row++) {
          for (let column = 0; column < n; column++) {
            const unit = Math.floor(column / (3 * lanes)) * ofPanel + Math.floor((row % rows) / lanes);
            assert.equal(makers[words * panelIndex(row, column, k, n, lanes)], owner[unit]);
          }
        }
      }
      assert.equal(owner.length, units);
    }),
    { seed: 2, numRuns: 60 },
  );
});

test("one process, few samples a rank, and directions that are made orthogonal are not divided", () => {
  const weight = {
    orthogonal: false,
    spec: { packing: { kind: "panels", k: 64, n: 64 } },
  } as unknown as PlannedParameter;
  const of = (processes: number, ranks: number, chunk: number, parameter = weight, uses = 1) =>
    new DividedUpdates({ division: { processes, process: 0 }, ranks, chunk, dtype: "f32" }).unitsOf(
      parameter,
      8,
      uses,
      0,
    );
  assert.deepEqual(of(2, 1, 160), [0, 4]);
  assert.equal(of(1, 1, 1000), null);
  assert.equal(of(2, 2, 319), null);
  assert.deepEqual(of(2, 2, 80, weight, 4), [0, 2]);
  assert.equal(of(2, 1, 1000, { ...weight, orthogonal: true }), null);
});
