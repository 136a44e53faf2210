/** What a step does once its gradient is whole: clipping by its norm, and the largest norm of weights. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatArray } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import { normOf } from "../../src/engine/norm.js";
import { lossOf } from "../../src/losses/index.js";
import { type Net, resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { bits, engineOf, standardized, weightsOf } from "../contract/lab.js";
import { formulaDataset } from "../golden/formula.js";
import { cnn, input, mlp, near, normed, trained } from "./updates-lab.js";

const layers = [
  { type: "conv2d", filters: 17, kernel: 3, padding: "same" },
  { type: "relu" },
  { type: "conv2d", filters: 18, kernel: 3, padding: "same" },
  { type: "relu" },
  { type: "flatten" },
  { type: "dense", units: 10 },
];
/** Wide enough for Winograd's convolution, whose filters have transformed copies. */
const winograd = resolveNet({ input: { height: 12, width: 12, channels: 2 }, classes: 10, layers });
const waits = { waits: true, averages: false };

/** Of one update by plain descent at rate 0.1, the gradient; of trained weights alone. */
const gradientOf = (net: Net, before: readonly FloatArray[], after: readonly FloatArray[]): Float64Array[] =>
  before.map((tensor, i) =>
    net.parameters[i].learned === false
      ? new Float64Array(tensor.length)
      : Float64Array.from(tensor, (value, k) => (value - after[i][k]) / 0.1),
  );
const lengthOf = (gradient: readonly Float64Array[]): number =>
  Math.sqrt(gradient.reduce((sum, tensor) => sum + tensor.reduce((all, value) => all + value * value, 0), 0));

for (const [name, net] of Object.entries({ mlp, cnn, normed, winograd })) {
  test(`${name}: an update that waits for the whole gradient is the one that does not, to the bit, at any ranks`, async () => {
    const dtype = net === winograd ? "f32" : "f64";
    const given = { net, dtype, batchSize: 16, minibatch: 8, optimizer: "adam weight-decay=0.01", epochs: 2 } as const;
    const plain = await trained(given);
    const waiting = { ...given, finishing: waits, penalties: { clipNorm: 1e30 } };
    const [one, three] = [await trained(waiting), await trained({ ...waiting, ranks: 3 })];
    assert.equal(bits(one.tensors), bits(plain.tensors));
    assert.equal(bits(three.tensors), bits(plain.tensors));
    const clipped = await trained({ ...waiting, penalties: { clipNorm: 0.1 } });
    assert.notEqual(bits(clipped.tensors), bits(plain.tensors));
    for (const ranks of [2, 3, 16]) {
      const again = await trained({ ...waiting, penalties: { clipNorm: 0.1 }, ranks });
      assert.equal(bits([...again.tensors, again.norms]), bits([...clipped.tensors, clipped.norms]));
    }
  });
}

test("one norm over all trained weights, of the gradient clipped by value; decay and L1 come after", async () => {
  for (const net of [cnn, normed]) {
    const start = weightsOf(net, "f64");
    const once = { net, batchSize: 30, minibatch: 10 };
    const gradient = gradientOf(net, start, (await trained(once)).tensors);
    const norm = lengthOf(gradient);
    const clipped = await trained({ ...once, finishing: waits, penalties: { clipNorm: norm / 4 } });
    assert.ok(Math.abs(clipped.norms[0] - norm) < 1e-12 * norm);
    const short = gradientOf(net, start, clipped.tensors);
    for (const [i, tensor] of gradient.entries())
      near(
        short[i],
        tensor.map((value) => value / 4),
        1e-12,
      );

    const penalties = { clipValue: 0.01, clipNorm: 0.02, l1: 0.5 };
    const both = await trained({ ...once, optimizer: "sgd weight-decay=0.01", finishing: waits, penalties });
    const cut = gradient.map((tensor) => tensor.map((value) => Math.max(-0.01, Math.min(0.01, value))));
    const length = lengthOf(cut);
    assert.ok(length > 0.02 && Math.abs(both.norms[0] - length) < 1e-12);
    for (const [i, tensor] of gradientOf(net, start, both.tensors).entries()) {
      const learned = net.parameters[i].learned !== false;
      const wanted = cut[i].map(
        (value, k) => (value * 0.02) / length + 0.01 * start[i][k] + 0.5 * Math.sign(start[i][k]),
      );
      if (learned) near(tensor, wanted, 1e-11, net.parameters[i].name);
    }
  }
});

test("the sums of squares add up to the norm, a gradient of 0 has norm 0, and the first that is not finite is named", () => {
  const places = [
    { parameter: 0, from: 0, to: 2 },
    { parameter: 3, from: 2, to: 3 },
  ];
  assert.deepEqual(normOf(Float64Array.of(9, 16, 144), places), { norm: 13, unfit: null });
  assert.deepEqual(normOf(new Float64Array(3), places), { norm: 0, unfit: null });
  assert.equal(normOf(Float64Array.of(9, 16, NaN), places).unfit, 3);
  assert.equal(normOf(Float64Array.of(1e308, 1e308, 0), places).unfit, 0);
});

test("a gradient of infinite norm ends the job before a weight moves, though the loss is finite", async () => {
  for (const ranks of [1, 3]) {
    const engine = engineOf(ranks);
    engine.configure({
      ...{ net: mlp, dtype: "f64", batchSize: 16, optimizer: ruleOf("sgd"), loss: lossOf("cross-entropy") },
      ...{ preprocessing: standardized(input), dataset: formulaDataset(30, input, 255), places: 30, finishing: waits },
    });
    const start = weightsOf(mlp, "f64");
    // The squares of what goes back through these are beyond double precision.
    start[2] = start[2].map((value) => value * 1e200);
    engine.setParameters(start);
    const totals = { loss: 0, correct: 0, samples: 0 };
    const job = { order: identity(30), from: 0, epoch: 0, before: 0, optimizer: "sgd", lr: 0.1, totals };
    const reports = await engine.train({ ...job, penalties: { clipNorm: 1 } });
    for (const { halted, unfit } of reports) assert.deepEqual([halted, unfit], [0, 0]);
    assert.equal(bits(engine.parameters()), bits(start));
  }
});

/** Lengths of the rows of a weight's matrix: what comes into each unit. */
const rowsOf = (tensor: FloatArray, rows: number): number[] => {
  const size = tensor.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    lengthOf([Float64Array.from(tensor.slice(row * size, (row + 1) * size))]),
  );
};

test("--max-norm shortens the weights of each unit after the update, and nothing else", async () => {
  for (const net of [mlp, normed]) {
    const given = { net, batchSize: 30 };
    const plain = await trained(given);
    const limited = await trained({ ...given, finishing: { ...waits, waits: false, maxNorm: 2 } });
    const both = await trained({
      ...given,
      finishing: { ...waits, maxNorm: 2 },
      penalties: { clipNorm: 1e30 },
      ranks: 3,
    });
    assert.equal(bits(both.tensors), bits(limited.tensors));
    let [shortened, kept] = [0, 0];
    for (const [i, { name, shape }] of net.parameters.entries()) {
      const [was, is] = [plain.tensors[i], limited.tensors[i]];
      if (shape.length < 2) {
        assert.deepEqual(is, was, name);
        continue;
      }
      const lengths = rowsOf(was, shape[0]);
      const size = was.length / shape[0];
      near(
        is,
        was.map((w, k) => w * Math.min(1, 2 / lengths[Math.floor(k / size)])),
        1e-12,
        name,
      );
      shortened += lengths.filter((length) => length > 2).length;
      kept += lengths.filter((length) => length < 2).length;
    }
    assert.ok(shortened > 0 && kept > 0, `${shortened}, ${kept}`);
  }
});

test("copies that follow from weights are those of the shortened: several updates at any ranks", async () => {
  for (const net of [mlp, cnn, winograd]) {
    const given = {
      net,
      dtype: "f32",
      batchSize: 8,
      epochs: 2,
      finishing: { waits: false, averages: false, maxNorm: 0.8 },
    } as const;
    const one = await trained(given);
    assert.equal(bits((await trained({ ...given, ranks: 3 })).tensors), bits(one.tensors));
    const start = weightsOf(net, "f32");
    // Two epochs at once are one after the other, where copies are made anew from what is read back.
    const engine = engineOf(2);
    engine.configure({
      ...{ net, dtype: "f32", batchSize: 8, optimizer: ruleOf("sgd"), loss: lossOf("cross-entropy"), places: 30 },
      ...{
        preprocessing: standardized(net.spec.input),
        dataset: formulaDataset(30, input, 255),
        finishing: given.finishing,
      },
    });
    engine.setParameters(start);
    for (const epoch of [0, 1]) {
      const totals = { loss: 0, correct: 0, samples: 0 };
      await engine.train({ order: identity(30), from: 0, epoch, before: 4 * epoch, optimizer: "sgd", lr: 0.1, totals });
      engine.setParameters(engine.parameters());
    }
    assert.equal(bits(engine.parameters()), bits(one.tensors));
    for (const [i, { shape }] of net.parameters.entries()) {
      if (shape.length > 1) for (const length of rowsOf(one.tensors[i], shape[0])) assert.ok(length < 0.8 * (1 + 1e-6));
    }
  }
});
