/** Products in tiles: chosen by counts, divided without gap or overlap, met before and after, and the same bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chunkSamples } from "../../src/engine/cuts.js";
import type { Plan } from "../../src/engine/plan.js";
import { bandsOf, type Product, tilesOf } from "../../src/engine/tiles.js";
import { panelsOf } from "../../src/kernels/panels.js";
import { stepPlan } from "../../src/measure/step-plan.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { bits, configure, engineOf, train } from "../contract/lab.js";
import { formulaDataset } from "../golden/formula.js";
import { chosenBackend } from "../kernels/addon.js";
import { operationsOf } from "./programs.js";

const step = { batchSize: 64, optimizer: "adam", dtype: "f32", backend: "auto", threads: 1 } as const;
const bandsIn = (plan: Plan) => plan.stages.map(({ bands }) => bands);

test("dtu-mlp at batch 64: the large layers in tiles on 16 ranks, by samples on one and two", () => {
  const at = (ranks: number) => bandsIn(stepPlan({ ...step, model: "dtu-mlp" }, ranks).plan);
  for (const ranks of [1, 2]) assert.deepEqual(at(ranks), [{}, {}, {}]);
  // The first layer has no gradient by its input; the last is 12 KB of weights.
  for (const ranks of [16, 32]) {
    const [first, second, last] = at(ranks);
    assert.deepEqual([Object.keys(first), Object.keys(second), last], [["forward"], ["forward", "backward"], {}]);
  }
});

test("no product of nets whose weights are small, of many rows a rank, or of several processes is in tiles", () => {
  const none = (model: string, ranks: number, batchSize: number, processes = 1): void => {
    const { plan } = stepPlan({ ...step, model, batchSize }, ranks, { processes, process: 0 });
    assert.ok(
      bandsIn(plan).every((bands) => Object.keys(bands).length === 0),
      `${model}, ${ranks}`,
    );
    for (const parts of plan.parts) assert.ok(parts.every(({ operation }) => !operation.endsWith("Tiles")));
  };
  none("digits-mlp", 16, 64);
  none("lenet5", 16, 64);
  none("dtu-mlp", 4, 512);
  none("dtu-mlp", 8, 64, 2);
});

test("tiles are chosen where they read at most half of the weights, and enough less to pay for two meetings", () => {
  const product = { rows: 64, depth: 784, columns: 999, ranks: 16, lanes: 16, bytes: 4 };
  assert.equal(bandsOf(product), 1);
  // 512 rows are two thirds of the weights: a quarter of them with a quarter of the panels is less.
  assert.equal(bandsOf({ ...product, rows: 512 }), 4);
  assert.equal(bandsOf({ ...product, ranks: 2 }), null);
  assert.equal(bandsOf({ ...product, rows: 1024, ranks: 4 }), null);
  // 256 KB are two meetings.
  assert.equal(bandsOf({ ...product, depth: 70, columns: 999 }), null);
});

/** Numbers of both factors that the tiles of a rank use. */
function usedBy(
  { rows, depth, columns, lanes }: Product,
  { bands, pieces, tiles }: ReturnType<typeof tilesOf>["range"],
) {
  const panels = panelsOf(depth, columns, lanes);
  const [usedRows, usedColumns] = [new Set<number>(), new Set<number>()];
  for (let tile = tiles[0]; tile < tiles[1]; tile++) {
    const band = Math.floor(tile / pieces / panels.length);
    const { column, width } = panels[Math.floor(tile / pieces) % panels.length];
    for (let i = 0; i < width && column + i < columns; i++) usedColumns.add(column + i);
    const [top, bottom] = [band, band + 1].map((of) => Math.floor((rows * of) / bands));
    for (let row = top; row < bottom; row++) usedRows.add(row);
  }
  return depth * (usedRows.size + usedColumns.size);
}

test("ranks have all tiles, one each, as much work but for one tile, and read no more than was counted", () => {
  const products = fc.record({
    rows: fc.integer({ min: 1, max: 300 }),
    depth: fc.integer({ min: 1, max: 50 }),
    columns: fc.integer({ min: 1, max: 2000 }),
    ranks: fc.integer({ min: 2, max: 33 }),
    lanes: fc.constantFrom(8, 16),
    bytes: fc.constantFrom(4, 8),
    share: fc.nat(32),
  });
  fc.assert(
    fc.property(products, ({ share, ...product }) => {
      const { rows, depth, columns, ranks, lanes } = product;
      const divisors = Array.from({ length: ranks }, (_, i) => i + 1).filter((of) => ranks % of === 0 && of < ranks);
      const bands = divisors[share % divisors.length];
      const parts = Array.from({ length: ranks }, (_, rank) => tilesOf(product, bands, rank));
      let end = 0;
      for (const { range, work } of parts) {
        assert.equal(range.tiles[0], end);
        end = range.tiles[1];
        const tile = (3 * lanes * depth * rows) / bands / range.pieces;
        assert.ok(Math.abs(work.part * work.whole - work.whole / ranks) <= tile * (1 + 1e-9));
        // Bands of rows that do not divide are one row unlike.
        assert.ok(usedBy(product, range) <= work.reads! + depth * (1 + lanes * 3));
      }
      const panels = Math.ceil(columns / (3 * lanes));
      assert.equal(end, bands * panels * parts[0].range.pieces);
    }),
    { seed: 6, numRuns: 100 },
  );
});

const image = { height: 28, width: 28, channels: 1 };
const sentences = {
  "an elementwise layer fused, one apart": "fc 400 >> relu >> fc 400 >> gelu >> fc 10",
  "batch norm, and draws": "fc 400 >> bn >> relu >> drop 0.3 >> fc 400 >> relu >> fc 10",
  "sums of branches": "fc 400 >> relu >> residual(fc 400 >> relu >> fc 400) >> relu >> fc 10",
  "a wide end": "fc 100 >> relu >> fc 1200 >> maxout 120",
  "convolutions below": "conv 8x3 >> relu >> pool 2 >> flatten >> fc 200 >> tanh >> fc 10",
} as const;
const native = chosenBackend().name !== "reference";
/** In the reference back end each rank unpacks the weights of each of its tiles: minutes for more. */
const rankCounts = { f32: native ? [1, 2, 3, 7, 16, 32] : [1, 7], f64: [1, 16] };

const netOf = (sentence: string) => resolveNet(buildNet(sentence, { input: image, classes: 10 }));

for (const [title, sentence] of Object.entries(sentences)) {
  test(`ranks meet between what one makes and what another reads: ${title}`, () => {
    const { plan } = stepPlan({ ...step, model: sentence, batchSize: 50 }, 16);
    let products = 0;
    for (const program of plan.train!) {
      const [named, made] = [new Set<number>(), new Set<number>()];
      for (const { name, buffers } of operationsOf(program)) {
        if (name === "barrier") {
          named.clear();
          made.clear();
        }
        const offsets = buffers.map(({ region }) => region.offset);
        assert.ok(!offsets.some((offset) => made.has(offset)), `${name} needs what was made in tiles`);
        if (!name.endsWith("Tiles")) {
          for (const offset of offsets) named.add(offset);
          continue;
        }
        products++;
        assert.ok(!offsets.some((offset) => named.has(offset)), `${name} needs what was made of samples`);
        for (const { argument, region } of buffers) {
          if (argument === (name === "denseTiles" ? "y" : "dx")) made.add(region.offset);
        }
      }
      assert.equal(made.size, 0);
    }
    assert.ok(products >= plan.ranks);
  });

  for (const dtype of ["f32", "f64"] as const) {
    test(`the same bytes in tiles and by samples, ${dtype}: ${title}`, async () => {
      // Two minibatches of 50 and one of 20.
      const setting = { net: netOf(sentence), dtype, dataset: formulaDataset(120, image, 255), batchSize: 50 };
      let expected: string | undefined;
      for (const ranks of rankCounts[dtype]) {
        const engine = engineOf(ranks);
        configure(engine, setting);
        const losses = await train(engine, setting, 1);
        const made = bits([losses, ...engine.parameters(), ...engine.optimizerState().flat()]);
        expected ??= made;
        assert.ok(made === expected, `${ranks} ranks differ from one`);
      }
    });
  }
}

const slow = !native && "the reference back end takes minutes for this";

test("the same bytes where a minibatch comes in chunks", { skip: slow }, async () => {
  const net = netOf("fc 1500 >> relu >> fc 10");
  const samples = chunkSamples + 76;
  const setting = { net, dtype: "f32", dataset: formulaDataset(samples, image, 255), batchSize: samples } as const;
  const { plan } = stepPlan({ ...step, model: "fc 1500 >> relu >> fc 10", batchSize: samples }, 32);
  assert.notDeepEqual(bandsIn(plan)[0], {});
  const made: string[] = [];
  for (const ranks of [1, 32]) {
    const engine = engineOf(ranks);
    configure(engine, setting);
    await train(engine, setting, 1);
    made.push(bits([...engine.parameters(), ...engine.optimizerState().flat()]));
  }
  assert.ok(made[0] === made[1]);
});
