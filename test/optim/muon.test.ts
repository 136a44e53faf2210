/** Muon against its formula in double (Jordan et al. 2024), written here from the paper; who takes which rule; its limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSetting } from "../../src/base/setting.js";
import { resolveNet } from "../../src/nn/net.js";
import { optimizers } from "../../src/optim/index.js";
import { parameterGroups } from "../../src/run/parameter-groups.js";
import { summarize } from "../../src/run/summary.js";
import { train } from "../../src/train/trainer.js";
import { bits, configure, engineOf, gradientOf, train as trainEpochs, weightsOf } from "../contract/lab.js";
import { configOf } from "../engine/runs.js";
import { formulaDataset } from "../golden/formula.js";

type Matrix = number[][];
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => transposed(b).map((column) => row.reduce((sum, x, k) => sum + x * column[k], 0)));
const plus = (p: number, a: Matrix, q: number, b: Matrix): Matrix =>
  a.map((row, i) => row.map((x, j) => p * x + q * b[i][j]));

function orthogonalized(u: Matrix): Matrix {
  const norm = Math.max(Math.sqrt(u.flat().reduce((sum, x) => sum + x * x, 0)), 1e-7);
  let x = u.map((row) => row.map((value) => value / norm));
  const tall = x.length > x[0].length;
  if (tall) x = transposed(x);
  for (let i = 0; i < 5; i++) {
    const a = times(x, transposed(x));
    x = plus(3.4445, x, 1, times(plus(-4.775, a, 2.0315, times(a, a)), x));
  }
  return tall ? transposed(x) : x;
}

const input = { height: 6, width: 6, channels: 2 };
const layers = [
  { type: "conv2d", filters: 20, kernel: 3, padding: "same" },
  { type: "tanh" },
  { type: "conv2d", filters: 5, kernel: 3, padding: "same" },
  { type: "batch-norm", momentum: 0.1, epsilon: 1e-5 },
  { type: "tanh" },
  { type: "flatten" },
  { type: "dense", units: 12 },
  { type: "tanh" },
  { type: "dense", units: 10 },
];
const net = resolveNet({ input, classes: 10, layers });
const dataset = formulaDataset(24, input, 255);
const setting = (optimizer: string) => ({ net, dtype: "f64", dataset, batchSize: 24, optimizer, lr: 0.02 }) as const;

/** Rows of a tensor as PyTorch flattens it: [O, I k k]. */
const rowsOf = (values: ArrayLike<number>, [rows]: readonly number[]): Matrix =>
  Array.from({ length: rows }, (_, i) =>
    Array.from(values).slice((i * values.length) / rows, ((i + 1) * values.length) / rows),
  );

for (const [name, nesterov, decay] of [
  ["muon", true, 0],
  ["muon momentum=0.9 nesterov=false weight-decay=0.1", false, 0.1],
] as const) {
  test(`${name}: three updates of filters and matrices are the formula's, on any number of ranks`, async () => {
    const mu = nesterov ? 0.95 : 0.9;
    const results: string[] = [];
    for (const ranks of [1, 2, 5]) {
      const engine = engineOf(ranks);
      let tensors = weightsOf(net, "f64") as Float64Array[];
      const buffers = new Map<string, Matrix>();
      configure(engine, setting(name));
      const probe = engineOf(ranks === 1 ? 3 : 1);
      for (let step = 0; step < 3; step++) {
        const gradients = await gradientOf(probe, { ...setting("sgd momentum=0.9"), tensors });
        const learned = net.parameters.filter((spec) => spec.learned !== false);
        await trainEpochs(engine, setting(name), 1, step);
        const after = engine.parameters();
        for (const [i, { name: tensor, shape }] of net.parameters.entries()) {
          if (!["0.weight", "2.weight", "6.weight"].includes(tensor)) continue;
          const g = rowsOf(gradients[learned.findIndex((each) => each.name === tensor)], shape);
          const old = buffers.get(tensor) ?? g.map((row) => row.map(() => 0));
          const buffer = plus(mu, old, 1, g);
          buffers.set(tensor, buffer);
          const x = orthogonalized(nesterov ? plus(1, g, mu, buffer) : buffer);
          const scale = Math.sqrt(Math.max(1, x.length / x[0].length));
          const expected = plus(1 - 0.02 * decay, rowsOf(tensors[i], shape), -0.02 * scale, x).flat();
          for (const [at, w] of expected.entries()) {
            assert.ok(Math.abs(after[i][at] - w) < 1e-10, `step ${step}, ${tensor} ${at}: ${after[i][at]}, not ${w}`);
          }
        }
        tensors = after as Float64Array[];
      }
      results.push(bits([...engine.parameters(), ...engine.optimizerState().flat()]));
    }
    assert.ok(results.every((result) => result === results[0]));
  });
}

test("the factor is of the flattened matrix; the last layer, biases and scales take AdamW at their own rate", async () => {
  const { groups } = await summarize("lenet5", { optimizer: "muon", groups: true, lr: 0.02 });
  assert.deepEqual(
    groups?.map(({ rule, lr, tensors }) => [rule?.split(" ")[0], lr, tensors]),
    [
      ["muon", 0.02, ["0.weight", "3.weight", "7.weight", "9.weight"]],
      ["adamw", 0.003, ["0.bias", "3.bias", "7.bias", "9.bias", "11.weight", "11.bias"]],
    ],
  );
  const setting = readSetting(optimizers, "muon", { where: "", what: "" });
  const norm = resolveNet({ input, classes: 10, layers });
  const { updaters, assignment } = parameterGroups(norm, {
    optimizer: setting,
    lr: 0.02,
    groups: [{ match: "norm", decay: 0.1 }],
  });
  assert.deepEqual(
    updaters.map(({ optimizer }) => optimizer.name),
    ["adamw", "muon", "adamw"],
  );
  assert.equal(assignment?.of.get("3.weight"), 0);
});

test("a run with Muon has the same bytes on 1, 2 and 3 threads, with a norm and accumulation too, and learns", async () => {
  const common = {
    model: "conv 8x3 >> relu >> pool 2 >> flatten >> fc 16 >> relu >> fc 10",
    subset: 400,
    epochs: 8,
    lr: 0.02,
  };
  for (const more of [{}, { clipNorm: 1, accumulate: 2, batchSize: 32 }]) {
    const hashes = new Set<string>();
    for (const threads of [1, 2, 3]) {
      const config = configOf({ ...common, ...more, optimizer: "muon", schedule: "cosine", threads, out: "none" });
      const outcome = await train({ config });
      assert.equal(outcome.status, "done");
      hashes.add(outcome.result.weightsHash);
      assert.ok((outcome.result.train.values["accuracy"] ?? 0) > 0.3, `${outcome.result.train.values["accuracy"]}`);
    }
    assert.equal(hashes.size, 1);
  }
});

test("the factor is of rows and columns of the flattened filters; a layer's step does not hang on the other layers", async () => {
  const image = { height: 3, width: 3, channels: 1 };
  const head = [{ type: "tanh" }, { type: "flatten" }, { type: "dense", units: 10 }];
  const first = { type: "conv2d", filters: 64, kernel: 3 };
  const short = resolveNet({ input: image, classes: 10, layers: [first, ...head] });
  const images = formulaDataset(12, image, 255);
  const of = { net: short, dtype: "f64", dataset: images, batchSize: 12, lr: 0.02 } as const;
  const tensors = weightsOf(short, "f64") as Float64Array[];
  const engine = engineOf(2);
  const [gradient] = await gradientOf(engine, { ...of, optimizer: "sgd momentum=0.9", tensors });
  configure(engine, { ...of, optimizer: "muon", tensors });
  await trainEpochs(engine, { ...of, optimizer: "muon" }, 1);
  const [moved] = engine.parameters();
  const x = orthogonalized(rowsOf(gradient, [64])).flat();
  // 64 rows of 9 columns: sqrt(64 / 9), where the kernel's own sides would give 1.
  for (const [i, value] of x.entries()) {
    assert.ok(Math.abs(moved[i] - (tensors[0][i] - 0.02 * (8 / 3) * value)) < 1e-12, `${i}`);
  }
  // The same step where a second hidden layer's gradient is 0, and with it its step: nothing of it shows, and none is NaN.
  const layers = [first, { type: "tanh" }, { type: "flatten" }, { type: "dense", units: 10 }, { type: "relu" }];
  const dead = resolveNet({ input: image, classes: 10, layers: [...layers, { type: "dense", units: 10 }] });
  const still = weightsOf(dead, "f64") as Float64Array[];
  still[3].fill(-100);
  configure(engine, { ...of, net: dead, optimizer: "muon", tensors: still });
  await trainEpochs(engine, { ...of, net: dead, optimizer: "muon" }, 1);
  const after = engine.parameters();
  assert.deepEqual([after[0], after[2]], [still[0], still[2]]);
});
