/** What every loss of the registry must keep. Logits are set directly: biases of a dense layer whose weights are zero. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dtype } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import type { TrainedLoss } from "../../src/losses/index.js";
import { losses, lossOf } from "../../src/losses/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { checkGradient } from "./gradient.js";
import { bits, configure, engineOf, gradientOf, meanLoss, type Setting, train, weightsOf } from "./lab.js";

const dtypes = ["f32", "f64"] as const;
/** Rounding of a few operations on numbers around 1. */
const rounding = { f32: 1e-6, f64: 1e-14 };
const input = { height: 1, width: 1, channels: 1 };

/** Samples with these labels; every image is the same. */
function labelled(labels: readonly number[]): Setting["dataset"] {
  const images = new Uint8Array(labels.length).fill(200);
  return { train: { count: labels.length, images, labels: Uint16Array.from(labels) }, test: null };
}

/** One sample per label, all with the same logits. */
function setting(loss: TrainedLoss, dtype: Dtype, logits: readonly number[], labels: readonly number[]): Setting {
  const classes = logits.length;
  const net = resolveNet({ input, classes, layers: [{ type: "dense", units: classes }] });
  const type = dtype === "f32" ? Float32Array : Float64Array;
  const tensors = [new type(classes), type.from(logits)];
  return { net, dtype, loss, dataset: labelled(labels), batchSize: labels.length, tensors };
}

/** The loss of a sample, as training and as evaluation give it, and dL/dlogits, which is the gradient of the biases. */
async function outcome(loss: TrainedLoss, dtype: Dtype, logits: readonly number[], label: number) {
  const engine = engineOf(1);
  const [, gradient] = await gradientOf(engine, setting(loss, dtype, logits, [label]));
  const trained = engine.stepLosses()[0];
  const { correct } = engine.totals();
  const scored = await engine.score(Uint32Array.of(0));
  const probabilities = scored.probabilities!.slice(0, logits.length);
  return {
    trained,
    scored: meanLoss(scored),
    gradient,
    correct,
    predicted: scored.answers.predicted[0],
    probabilities,
  };
}

test("every loss has a name of its own, and a line for help", () => {
  assert.equal(new Set(losses.map(({ name }) => name)).size, losses.length);
  for (const { summary } of losses) assert.match(summary, /^\S.{5,70}\S$/);
});

for (const loss of losses.map(({ name, examples = [name] }) => examples.map(lossOf)).flat()) {
  // Less than a vector, exactly one, one more, more than two of doubles.
  for (const classes of [2, 3, 8, 9, 17]) {
    test(`${loss.name} of ${classes} classes: gradients by central differences`, async (context) => {
      const net = resolveNet({ input, classes, layers: [{ type: "dense", units: classes }] });
      const dataset = labelled([0, classes - 1, 1, 1, 0]);
      const tensors = weightsOf(net, "f64", 1.5);
      const worst = await checkGradient(engineOf(1), { net, dtype: "f64", loss, dataset, batchSize: 5, tensors });
      context.diagnostic(worst.toExponential(1));
    });
  }

  for (const dtype of dtypes) {
    test(`${loss.name} in ${dtype}: training and evaluation mean the same loss`, async () => {
      for (const label of [0, 1, 2, 3]) {
        const { trained, scored } = await outcome(loss, dtype, [0.5, -1.25, 2, 0.75], label);
        assert.ok(Math.abs(trained - scored) <= rounding[dtype], `${trained} and ${scored}`);
        assert.ok(trained > 0);
      }
    });

    test(`${loss.name} in ${dtype}: logits of ±10,000 give finite losses and gradients`, async () => {
      const logits = [-1e4, 1e4, 0, -1e4];
      const right = await outcome(loss, dtype, logits, 1);
      assert.equal(right.trained, 0);
      assert.equal(right.scored, 0);
      assert.deepEqual(Array.from(right.gradient, Math.abs), [0, 0, 0, 0]);
      for (const label of [0, 2, 3]) {
        const wrong = await outcome(loss, dtype, logits, label);
        const numbers = [wrong.trained, wrong.scored, ...wrong.gradient, ...wrong.probabilities];
        assert.ok(numbers.every(Number.isFinite), numbers.join());
        assert.ok(wrong.trained > 0.1 && wrong.scored === wrong.trained);
        assert.equal(wrong.predicted, 1);
        assert.deepEqual(Array.from(wrong.probabilities), [0, 1, 0, 0]);
      }
    });

    test(`${loss.name} in ${dtype}: the same number added to all logits changes nothing`, async () => {
      const logits = [0.5, -1.25, 2, 0.75];
      const near = await outcome(loss, dtype, logits, 0);
      // A power of two: the logits keep all their bits.
      const far = await outcome(
        loss,
        dtype,
        logits.map((z) => z + 1024),
        0,
      );
      assert.ok(Math.abs(near.trained - far.trained) <= 1e3 * rounding[dtype]);
      assert.equal(bits([far.gradient]), bits([near.gradient]));
    });

    test(`${loss.name} in ${dtype}: of equal logits the lowest class wins`, async () => {
      const even = await outcome(loss, dtype, new Array<number>(19).fill(3), 0);
      assert.deepEqual([even.predicted, even.correct], [0, 1]);
      for (const probability of even.probabilities) assert.ok(Math.abs(probability - 1 / 19) <= rounding[dtype]);
      const tied = await outcome(loss, dtype, [-1, 4, 0, 4, 4], 3);
      assert.deepEqual([tied.predicted, tied.correct], [1, 0]);
    });

    test(`${loss.name} in ${dtype}: the minibatch's loss and gradient are means over its samples`, async () => {
      const logits = [0.5, -1.25, 2, 0.75];
      const labels = [3, 0, 0, 1, 2, 3, 0];
      const engine = engineOf(1);
      const [, gradient] = await gradientOf(engine, setting(loss, dtype, logits, labels));
      const trained = engine.stepLosses()[0];
      const scored = await engine.score(identity(labels.length));
      const mean = new Float64Array(logits.length);
      let sum = 0;
      for (const label of labels) {
        const single = await outcome(loss, dtype, logits, label);
        sum += single.trained / labels.length;
        for (let i = 0; i < mean.length; i++) mean[i] += single.gradient[i] / labels.length;
      }
      assert.ok(Math.abs(trained - sum) <= rounding[dtype] && Math.abs(meanLoss(scored) - sum) <= rounding[dtype]);
      for (const [i, value] of mean.entries()) assert.ok(Math.abs(gradient[i] - value) <= rounding[dtype]);
    });

    for (const bad of [NaN, Infinity, -Infinity]) {
      test(`${loss.name} in ${dtype}: a logit of ${bad} stops the step before any weight moves`, async () => {
        const engine = engineOf(3);
        const spoilt = setting(loss, dtype, [bad, 0, 1], [0, 0, 1, 0, 2]);
        configure(engine, spoilt);
        const before = bits(engine.parameters());
        const value = meanLoss(await engine.score(identity(5)));
        const totals = { loss: 0, correct: 0, samples: 0 };
        const job = { from: 0, epoch: 0, before: 0, optimizer: "sgd momentum=0.9", lr: 0.1, totals };
        const reports = await engine.train({ order: identity(5), ...job });
        // A logit of -Infinity is a probability of 0, which only some losses mind.
        const halted = bad === -Infinity && Number.isFinite(value) ? null : 0;
        assert.deepEqual(
          reports.map((report) => report.halted),
          [halted, halted, halted],
        );
        if (halted === 0) assert.equal(bits(engine.parameters()), before);
      });
    }
  }
}

test("training on a loss makes it smaller", async () => {
  for (const loss of losses.map(({ name, examples = [name] }) => examples.map(lossOf)).flat()) {
    const engine = engineOf(1);
    const easy = { ...setting(loss, "f64", [0, 0, 0], [2, 2, 1, 2]), loss };
    configure(engine, easy);
    const curve = await train(engine, easy, 20);
    assert.ok(curve[19] < 0.9 * curve[0], `${loss.name}: ${curve[0]} to ${curve[19]}`);
  }
});
