/** Losses and scores at their limits: huge logits, ties, numbers that are not finite, and gradients by differences. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mixNumbers } from "../../src/kernels/mixes/index.js";
import { type LossName, registered } from "../../src/losses/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { blankRows, random } from "../kernels/data.js";
import type { Format, Matrix, Real } from "../kernels/lab.js";
import { assertClose, call, execute, f64, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const losses = registered.map(({ operation }) => operation);
type Loss = LossName;

interface Sample {
  loss: number;
  correct: number;
  flag: number;
  dz: Real;
}

interface Wish {
  readonly raised?: number;
  readonly smoothing?: number;
  readonly weights?: readonly number[];
  /** The other label, and what the own one weighs. */
  readonly mixed?: { readonly partner: number; readonly share: number };
}

/** A row of logits, zeros up to the next whole vector. */
function rowOf(format: Format, logits: readonly number[]): Matrix {
  const row = blankRows(format, 1, logits.length);
  row.numbers.fill(0).set(logits);
  return row;
}

/** One sample alone in its minibatch. */
function lose(format: Format, name: Loss, logits: readonly number[], label: number, wish: Wish = {}): Sample {
  const { raised = 0, smoothing = 0 } = wish;
  const classes = logits.length;
  const [dz, loss, correct] = [blankRows(format, 1, classes), new Float64Array(1), new Float64Array(1)];
  const [labels, order, flag] = [
    Uint16Array.of(label, wish.mixed?.partner ?? label),
    Int32Array.of(0),
    Int32Array.of(raised),
  ];
  const weights = wish.weights ? Float64Array.from(wish.weights) : null;
  const mixed = wish.mixed && {
    partners: Int32Array.of(1),
    mixes: Float64Array.from({ length: mixNumbers }, () => wish.mixed!.share),
  };
  const noted = {
    loss,
    plain: null,
    partners: null,
    mixes: null,
    ...mixed,
    correct,
    flag,
    parameter: delta,
    byPlace: 0,
  };
  const values = { z: rowOf(format, logits), dz, labels, order, weights, ...noted, classes, smoothing };
  const out = execute(backend, format, [call(name, values)], [wholeStep(1)]);
  return { loss: out.of(loss)[0], correct: out.of(correct)[0], flag: out.of(flag)[0], dz: out.of(dz.numbers) };
}

interface Prediction {
  predicted: number;
  logits: number[];
  probabilities: number[];
}

function predictionOf(format: Format, given: readonly number[]): Prediction {
  const classes = given.length;
  const [p, predicted] = [blankRows(format, 1, classes), new Int32Array(1)];
  const [logits, probabilities] = [format.array(classes), format.array(classes)];
  const values = { z: rowOf(format, given), p, predicted, logits, probabilities, classes };
  const out = execute(backend, format, [call("predict", values)], [wholeStep(1)]);
  return {
    predicted: out.of(predicted)[0],
    logits: Array.from(out.of(logits)),
    probabilities: Array.from(out.of(probabilities)),
  };
}

const sumOf = (numbers: Iterable<number>) => Array.from(numbers).reduce((sum, value) => sum + value, 0);

for (const format of formats) {
  test(`${format.name}: logits of ±1e4 neither overflow nor raise the flag`, () => {
    const right = lose(format, "softmaxCrossEntropy", [1e4, -1e4, 0], 0);
    assert.deepEqual({ ...right, dz: null }, { loss: 0, correct: 1, flag: 0, dz: null });
    assert.equal(sumOf(right.dz), 0);
    const wrong = lose(format, "softmaxCrossEntropy", [1e4, -1e4, 0], 1);
    assert.deepEqual({ ...wrong, dz: null }, { loss: 2e4, correct: 0, flag: 0, dz: null });
    assert.deepEqual(Array.from(wrong.dz.subarray(0, 3)), [1, -1, 0]);
    assert.equal(lose(format, "squaredError", [-1e4, 1e4], 0).loss, 1);
    const sure = { predicted: 1, logits: [-1e4, 1e4], probabilities: [0, 1] };
    assert.deepEqual(predictionOf(format, [-1e4, 1e4]), sure);
  });

  test(`${format.name}: equal logits of any number of classes lose ln classes, to 4 ulp`, () => {
    for (let classes = 1; classes <= 300; classes++) {
      const logits = new Array<number>(classes).fill(-3.25);
      const expected = Math.log(classes);
      const { loss } = lose(format, "softmaxCrossEntropy", logits, classes - 1);
      // Logit and logarithm are added in double, so the step of 3.25 counts too.
      assert.ok(Math.abs(loss - expected) <= 4 * 2 ** -52 * Math.max(expected, 4), `${classes}: ${loss}`);
    }
  });

  test(`${format.name}: ties go to the lowest class`, () => {
    for (const classes of [2, 10, 17, 50]) {
      const logits = Array.from({ length: classes }, (_, i) => (i === 0 ? -1 : 2));
      assert.equal(predictionOf(format, logits).predicted, 1);
      for (const name of losses) {
        assert.equal(lose(format, name, logits, 1).correct, 1);
        assert.equal(lose(format, name, logits, classes - 1).correct, classes === 2 ? 1 : 0);
      }
    }
  });

  for (const name of losses) {
    for (const bad of [NaN, Infinity]) {
      test(`${format.name}: ${bad} in any logit makes ${name} raise the flag`, () => {
        for (const classes of [2, 10, 33]) {
          for (const at of [0, classes >> 1, classes - 1]) {
            const logits = Array.from({ length: classes }, (_, i) => (i === at ? bad : i / 8));
            for (const label of [0, at, classes - 1]) {
              const { loss, flag } = lose(format, name, logits, label);
              assert.ok(!Number.isFinite(loss), `class ${at} of ${classes}, label ${label}: loss ${loss}`);
              assert.equal(flag, 1);
            }
          }
        }
      });
    }

    test(`${format.name}: ${name} with a finite loss leaves a raised flag up`, () => {
      assert.equal(lose(format, name, [1, 2], 0, { raised: 1 }).flag, 1);
    });

    test(`${format.name}: the gradient of ${name} sums to zero and its padding is zero`, () => {
      const next = random(5);
      for (const classes of [1, 2, 10, 16, 17, 49]) {
        const logits = Array.from({ length: classes }, () => 4 * next() - 2);
        for (const smoothing of [0, 0.1, 1]) {
          const { dz } = lose(format, name, logits, classes >> 1, { smoothing });
          assert.ok(Math.abs(sumOf(dz)) <= 4 * classes * format.unit);
          assert.ok(dz.subarray(classes).every((value) => value === 0));
        }
      }
    });
  }

  test(`${format.name}: predictions agree with the plain softmax`, () => {
    const next = random(6);
    for (const classes of [1, 2, 10, 17, 100]) {
      const logits = Array.from(format.array(classes).map(() => 8 * next() - 4));
      const powers = logits.map((value) => Math.exp(value));
      const total = sumOf(powers);
      const made = predictionOf(format, logits);
      assertClose(
        Float64Array.from(made.probabilities),
        Float64Array.from(powers, (e) => e / total),
        16 * format.unit,
        "p",
      );
      assert.deepEqual(made.logits, logits);
      assert.equal(made.predicted, logits.indexOf(Math.max(...logits)));
    }
  });
}

/** What `lose` gives a loss that has a parameter. */
const delta = 0.5;
/** What a loss is, by its formula, for any target. One that is registered and missing here fails. */
const formulas: Readonly<Record<string, (p: readonly number[], target: readonly number[]) => number>> = {
  softmaxCrossEntropy: (p, target) => -sumOf(target.map((t, i) => t * Math.log(p[i]))),
  squaredError: (p, target) => 0.5 * sumOf(target.map((t, i) => (p[i] - t) ** 2)),
  huber: (p, target) =>
    sumOf(
      target.map((t, i) => {
        const e = Math.abs(p[i] - t);
        return e <= delta ? e ** 2 / 2 : delta * (e - delta / 2);
      }),
    ),
};
const mixed = { partner: 3, share: 0.3 };
const wishes: readonly Wish[] = [{}, { smoothing: 0.1 }, { weights: [0.5, 2, 1, 4, 0.125] }, { mixed }];

for (const name of losses) {
  for (const wish of [...wishes, { ...wishes[1], ...wishes[2] }, { ...wishes[1], ...wishes[2], mixed }]) {
    const { smoothing = 0, weights = [1, 1, 1, 1, 1], mixed: { partner, share } = { partner: 0, share: 1 } } = wish;
    const logits = [0.3, -1.2, 2.5, 0.1, -0.4];

    test(`${name} in f64, ${JSON.stringify(wish)}: dz is what differences of the loss say`, () => {
      const h = 1e-5;
      for (let label = 0; label < logits.length; label++) {
        const { dz } = lose(f64, name, logits, label, wish);
        for (let i = 0; i < logits.length; i++) {
          const [up, down] = [h, -h].map((d) => lose(f64, name, logits.with(i, logits[i] + d), label, wish).loss);
          // Central differences miss h² times a third derivative below 4, and rounding over h.
          assert.ok(Math.abs((up - down) / (2 * h) - dz[i]) < 4e-9);
        }
      }
    });

    test(`${name} in f64, ${JSON.stringify(wish)}: the weighted loss of the smoothed target`, () => {
      const powers = logits.map((value) => Math.exp(value));
      const p = powers.map((value) => value / sumOf(powers));
      for (let label = 0; label < logits.length; label++) {
        const onehot = (of: number, i: number): number => (i === of ? 1 - smoothing : 0);
        const target = logits.map(
          (_, i) => share * onehot(label, i) + (1 - share) * onehot(partner, i) + smoothing / logits.length,
        );
        const weight = share * weights[label] + (1 - share) * weights[partner];
        const expected = weight * formulas[name](p, target);
        const { loss } = lose(f64, name, logits, label, wish);
        assert.ok(Math.abs(loss - expected) < 1e-14, `${loss}, expected ${expected}`);
      }
    });
  }
}
