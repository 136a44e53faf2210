/** Every metric against exact fractions and scikit-learn: metrics.json, made by make_metrics.py. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Answers } from "../../src/metrics/answers.js";
import { calibrationBins, calibrationError } from "../../src/metrics/ece.js";
import { classMetrics, measure, measureClasses, metrics } from "../../src/metrics/index.js";
import { goldenFile } from "./golden.js";

type Values = Readonly<Record<string, number | null>>;

interface Expected {
  readonly name: string;
  readonly values: Values;
  readonly perClass: Readonly<Record<string, readonly (number | null)[]>>;
  readonly support: readonly number[];
}
interface Case extends Expected {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly logits: readonly (readonly number[])[];
}

const golden = JSON.parse(readFileSync(goldenFile("metrics.json"), "utf8")) as {
  readonly cases: readonly Case[];
  readonly matrices: readonly (Expected & { readonly confusion: readonly number[][] })[];
};

function agree(found: Values, expected: Values): void {
  for (const [name, value] of Object.entries(expected)) {
    const got = found[name];
    if (value === null || got === null) assert.equal(got, value, name);
    else assert.ok(Math.abs(got - value) <= 1e-12 * Math.max(1, Math.abs(value)), `${name}: ${got} is not ${value}`);
  }
}

/** As the engine gives them: logits in f32, the lowest of equal classes predicted. */
function answersOf({ classes, labels }: Pick<Case, "classes" | "labels">, rows: Case["logits"]): Answers {
  return new Answers({
    classes,
    labels,
    predicted: rows.map((row) => row.indexOf(Math.max(...row))),
    losses: labels.map(() => 0),
    logits: Float32Array.from(rows.flat()),
  });
}

for (const each of golden.cases) {
  test(`${each.name}: every metric, in any order of the samples`, () => {
    const answers = answersOf(each, each.logits);
    const values = measure(answers, metrics);
    // All but the loss, which the kernels compute.
    assert.deepEqual(
      Object.keys(each.values).sort(),
      Object.keys(values)
        .filter((name) => name !== "loss")
        .sort(),
    );
    agree(values, each.values);
    const classes = measureClasses(answers);
    assert.deepEqual(
      classes.map(({ support }) => support),
      each.support,
    );
    for (const { name } of classMetrics) {
      const list = (of: readonly (number | null)[]): Values => Object.fromEntries(of.entries());
      agree(list(classes.map((of) => of.values[name])), list(each.perClass[name]));
    }
    assert.equal(values["topK.1"], values["accuracy"]);
    assert.equal(values["weighted.recall"], values["accuracy"]);
    assert.equal(values["balancedAccuracy"], values["macro.recall"]);
    const turned = answersOf({ ...each, labels: each.labels.toReversed() }, each.logits.toReversed());
    assert.equal(measure(turned, metrics)["auc.macro"], values["auc.macro"]);
  });
}

for (const { name, confusion, values, perClass } of golden.matrices) {
  test(`${name}: metrics of a confusion matrix alone`, () => {
    const samples = confusion.flat().reduce((sum, count) => sum + count, 0);
    const correct = confusion.reduce((sum, row, i) => sum + row[i], 0);
    const matrix = { confusion, samples, correct } as unknown as Answers;
    agree(
      measure(
        matrix,
        metrics.filter((metric) => metric.name in values),
      ),
      values,
    );
    for (const metric of classMetrics.filter((each) => each.name in perClass)) {
      agree({ ...metric.of(matrix) } as unknown as Values, { ...perClass[metric.name] } as unknown as Values);
    }
  });
}

test("calibration: an upper edge belongs to its bin, 1 to the last, and every sample to one", () => {
  const sure = calibrationBins([1, 0.95, 1, 0.9], [0, 1, 1, 1], 10);
  assert.deepEqual(
    sure.map(({ bin, count }) => [bin, count]),
    [
      [8, 1],
      [9, 3],
    ],
  );
  assert.ok(Math.abs(calibrationError(sure)! - 0.2625) < 1e-12);
  const edges = calibrationBins([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], new Uint8Array(10), 10);
  assert.deepEqual(
    edges.map(({ bin, count }) => [bin, count]),
    Array.from({ length: 10 }, (_, bin) => [bin, 1]),
  );
  assert.equal(calibrationError([]), null);
});
