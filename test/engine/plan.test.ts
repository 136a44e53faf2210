/** The plan: regions lie apart, every piece of work has exactly one rank, and what is summed does not know the ranks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makePlan, type Plan, type PlanOptions } from "../../src/engine/plan.js";
import type { Region } from "../../src/kernels/signature.js";
import { losses, lossOf } from "../../src/losses/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { optimizers, ruleOf } from "../../src/optim/index.js";
import { buildNet } from "../../src/zoo/index.js";
import { operationsOf } from "./programs.js";

const programsOf = ({ train, score }: Plan): Float64Array[] => [...(train ?? []), ...score];

const image = fc.record({
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.constantFrom(1, 3),
});

const rules = optimizers.flatMap(({ examples }) => examples.map(ruleOf));

const planOptions = fc
  .record({
    input: image,
    hidden: fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 3 }),
    activation: fc.constantFrom("relu", "tanh"),
    dtype: fc.constantFrom("f32" as const, "f64" as const),
    batchSize: fc.constantFrom(1, 7, 64, 1024, 1500),
    optimizer: fc.constantFrom(null, ...rules),
    loss: fc.constantFrom(...losses.map(({ name }) => lossOf(name))),
    ranks: fc.integer({ min: 1, max: 17 }),
    samples: fc.integer({ min: 1, max: 3000 }),
    perImage: fc.boolean(),
    probabilities: fc.boolean(),
  })
  .map(({ input, hidden, activation, ...options }): PlanOptions => {
    const net = resolveNet(buildNet(`mlp:${hidden.join("-")}`, { input, classes: 10, activation }));
    return { ...options, net, spin: false, places: options.samples };
  });

/** Every stretch of the arena that the plan or one of its programs names, by what it is. */
function regionsOf(plan: Plan): Map<number, Region> {
  const { stepBlocks, ...single } = plan.regions;
  const all = [
    ...Object.values(single).filter((region) => region !== null),
    ...stepBlocks,
    plan.input.region,
    ...plan.stages.map(({ output }) => output.region),
    ...plan.parameters.flatMap(({ w, wt, g, state }) => [w, wt, g, ...state].filter((region) => region !== null)),
    ...programsOf(plan).flatMap((program) =>
      operationsOf(program).flatMap(({ buffers }) => buffers.map(({ region }) => region)),
    ),
  ];
  const found = new Map<number, Region>();
  for (const region of all) {
    const known = found.get(region.offset);
    assert.ok(known === undefined || known.bytes === region.bytes || region.bytes === 0 || known.bytes === 0);
    if (known === undefined || known.bytes < region.bytes) found.set(region.offset, region);
  }
  return found;
}

test("regions never overlap, lie on their own 128 bytes, and fit into the arena", () => {
  fc.assert(
    fc.property(planOptions, (options) => {
      const plan = makePlan(options);
      let end = 0;
      for (const { offset, bytes } of [...regionsOf(plan).values()].sort((a, b) => a.offset - b.offset)) {
        assert.equal(offset % 128, 0);
        assert.ok(offset >= end, `a region at ${offset} begins inside another that ends at ${end}`);
        end = offset + bytes;
      }
      assert.ok(end <= plan.bytes, `${end} of ${plan.bytes}`);
    }),
    { seed: 3, numRuns: 60 },
  );
});

/** The shares of an update, [first, last), in the order of the program. */
function sharesOf(program: Float64Array): [first: number, last: number][] {
  return operationsOf(program).flatMap(({ numbers }) => {
    const [first, last] = ["first", "last"].map((end) => numbers[`${end}Unit`] ?? numbers[`${end}Vector`]);
    return first === undefined ? [] : [[first, last]];
  });
}

test("what one rank alone would update is divided among any number of them, without gap or overlap", () => {
  fc.assert(
    fc.property(planOptions, (given) => {
      const options = { ...given, optimizer: given.optimizer ?? rules[0] };
      const shares = makePlan(options).train!.map(sharesOf);
      const [alone] = makePlan({ ...options, ranks: 1 }).train!.map(sharesOf);
      assert.ok(alone.length > 0);
      for (const [i, [, all]] of alone.entries()) {
        let end = 0;
        for (const ofRank of shares) {
          const [first, last] = ofRank[i];
          assert.equal(first, end);
          assert.ok(last >= first);
          end = last;
        }
        assert.equal(end, all);
      }
    }),
    { seed: 4, numRuns: 40 },
  );
});

test("ranks run the same operations on the same bytes; only shares, workspaces and rank 0's sums differ", () => {
  const net = resolveNet(buildNet("mlp:67-19", { input: { height: 8, width: 8, channels: 1 }, classes: 10 }));
  const common = { net, dtype: "f32", loss: lossOf("cross-entropy"), optimizer: rules[0], perImage: false } as const;
  const plan = makePlan({
    ...common,
    batchSize: 64,
    ranks: 5,
    spin: false,
    samples: 500,
    places: 450,
    probabilities: false,
  });
  const isShare = (argument: string): boolean => /^(first|last)(Unit|Vector)$/.test(argument);
  const shapeOf = (program: Float64Array) =>
    operationsOf(program)
      .filter(({ name }) => name !== "sumLoss")
      .map(({ name, buffers, numbers }) => ({
        name,
        buffers: buffers.filter(({ argument }) => argument !== "workspace"),
        numbers: Object.fromEntries(Object.entries(numbers).filter(([argument]) => !isShare(argument))),
      }));
  const [first, ...others] = plan.train!;
  for (const other of others) assert.deepEqual(shapeOf(other), shapeOf(first));
  const sums = plan.train!.map((program) => operationsOf(program).filter(({ name }) => name === "sumLoss").length);
  assert.deepEqual(sums, [1, 0, 0, 0, 0]);
  for (const program of plan.score) assert.deepEqual(operationsOf(program), operationsOf(plan.score[0]));
});
