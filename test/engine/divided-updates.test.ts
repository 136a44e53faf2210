/** Updates that processes divide: every unit has one owner, whose bytes are those that all get. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DividedUpdates } from "../../src/engine/divided-updates.js";
import type { PlannedParameter } from "../../src/engine/memory.js";
import { lanesOf, padded, panelIndex, unitPlace } from "../../src/kernels/panels.js";

const sizes = { k: fc.integer({ min: 1, max: 200 }), n: fc.integer({ min: 1, max: 200 }) };

test("units lie one after the other in the weight, each from its first row and column on", () => {
  fc.assert(
    fc.property(fc.record(sizes), fc.constantFrom(8, 16), ({ k, n }, lanes) => {
      const [ofPanel, panel] = [Math.ceil(k / lanes), 3 * lanes];
      const units = ofPanel * Math.ceil(n / panel);
      for (let unit = 0; unit < units; unit++) {
        const [row, column] = [(unit % ofPanel) * lanes, Math.floor(unit / ofPanel) * panel];
        assert.equal(unitPlace(unit, { k, n }, lanes), panelIndex(row, column, k, n, lanes));
      }
      assert.equal(unitPlace(units, { k, n }, lanes), k * padded(n, lanes));
    }),
    { seed: 1, numRuns: 100 },
  );
});

test("the ranks of all processes have each unit once, and a process's part is that of its ranks", () => {
  const options = fc.record({
    ...sizes,
    processes: fc.integer({ min: 2, max: 9 }),
    ranks: fc.integer({ min: 1, max: 5 }),
    dtype: fc.constantFrom("f32" as const, "f64" as const),
  });
  fc.assert(
    fc.property(options, ({ k, n, processes, ranks, dtype }) => {
      const lanes = lanesOf(dtype);
      const units = Math.ceil(k / lanes) * Math.ceil(n / (3 * lanes));
      const w = { offset: 0, bytes: 0 };
      const weight = {
        w,
        orthogonal: false,
        spec: { packing: { kind: "panels", k, n } },
      } as unknown as PlannedParameter;
      const words = dtype === "f64" ? 2 : 1;
      let end = 0;
      for (let process = 0; process < processes; process++) {
        const divided = new DividedUpdates({ division: { processes, process }, ranks, chunk: 1000, dtype });
        const begin = end;
        for (let rank = 0; rank < ranks; rank++) {
          const [first, last] = divided.unitsOf(weight, units, rank)!;
          assert.equal(first, end);
          end = last;
        }
        const [{ edges }] = divided.parts(() => [w]);
        assert.equal(edges.length, processes + 1);
        const places = [begin, end].map((unit) => words * unitPlace(unit, { k, n }, lanes));
        assert.deepEqual(edges.slice(process, process + 2), places);
      }
      assert.equal(end, units);
    }),
    { seed: 2, numRuns: 100 },
  );
});

test("one process, few samples a rank, and directions that are made orthogonal are not divided", () => {
  const weight = {
    orthogonal: false,
    spec: { packing: { kind: "panels", k: 64, n: 64 } },
  } as unknown as PlannedParameter;
  const of = (processes: number, ranks: number, chunk: number, parameter = weight) =>
    new DividedUpdates({ division: { processes, process: 0 }, ranks, chunk, dtype: "f32" }).unitsOf(parameter, 8, 0);
  assert.deepEqual(of(2, 1, 160), [0, 4]);
  assert.equal(of(1, 1, 1000), null);
  assert.equal(of(2, 2, 319), null);
  assert.equal(of(2, 1, 1000, { ...weight, orthogonal: true }), null);
});
