/** Each mistake planted is found; clean short runs have none. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { FloatArray } from "../../src/base/numbers.js";
import { Stream } from "../../src/base/random.js";
import { bestAssignment } from "../../src/doctor/assignment.js";
import type { Patient } from "../../src/doctor/check.js";
import { classOrder } from "../../src/doctor/checks/class-order.js";
import { doubledSoftmax } from "../../src/doctor/checks/doubled-softmax.js";
import { nearCopies } from "../../src/doctor/checks/near-copies.js";
import { preprocessingShift } from "../../src/doctor/checks/preprocessing-shift.js";
import { examine, examineRun, openPatient, runChecks } from "../../src/doctor/index.js";
import { netOf } from "../../src/inference/model-net.js";
import { Answers } from "../../src/metrics/answers.js";
import { readModel, writeModel } from "../../src/model/model-file.js";
import { run, type Settings, temporaryFolder } from "../engine/runs.js";

const backend = "auto";

async function trained(t: TestContext, settings: Settings): Promise<string> {
  const out = join(temporaryFolder(t), "run");
  await run(t, { threads: 1, ...settings, out });
  return out;
}

const small: Settings = { subset: 600, epochs: 3, lr: 0.1 };

/** Ids of what is worse than a note. */
const complaints = (found: Awaited<ReturnType<typeof examineRun>>): string[] =>
  found.filter(({ severity }) => severity !== "note").map(({ id }) => id);

/** Changes the tensors of the model file, by the net's names. */
function alter(out: string, change: (tensors: Map<string, FloatArray>) => void): void {
  const path = join(out, "model.safetensors");
  const file = readModel(path);
  const { net, tensors } = netOf(file);
  change(new Map(net.parameters.map(({ name }, i) => [name, tensors[i]])));
  writeModel(path, file.model, net.parameters, tensors);
}

for (const settings of [
  { subset: 1000, epochs: 3 },
  { model: "cs596-2layer", subset: 600, epochs: 2 },
]) {
  test(`a clean short run has no complaint: ${JSON.stringify(settings)}`, async (t) => {
    const found = await examineRun(await trained(t, settings), { threads: 1, backend });
    assert.deepEqual(complaints(found), []);
  });
}

test("every check has a name, a line, and its place in docs/doctor.md", () => {
  const docs = readFileSync(new URL("../../../docs/doctor.md", import.meta.url), "utf8");
  for (const { name, summary } of runChecks) {
    assert.match(`${name}: ${summary}`, /^[a-z-]+: \S.{5,80}$/);
    assert.ok(docs.includes(`| ${name} |`), name);
  }
});

describe("planted in the model", () => {
  test("a bias of -1e6 kills a layer of ReLUs: said with layer and count", async (t) => {
    const out = await trained(t, { ...small, model: "fc 10 >> relu >> fc 10" });
    alter(out, (tensors) => tensors.get("1.bias")?.fill(-1e6) ?? tensors.get("0.bias")?.fill(-1e6));
    const found = await examineRun(out, { threads: 1, backend });
    const dead = found.find(({ id }) => id === "dead-units");
    assert.equal(dead?.severity, "warning");
    assert.match(dead.evidence, /10 of 10 units of layer .* on all of 5\d\d training samples/);
  });

  test("units of 0 behind no ReLU are not dead", async (t) => {
    const out = await trained(t, { ...small, model: "fc 10 >> tanh >> fc 10" });
    alter(out, (tensors) => {
      const [weight, bias] = [...tensors.values()];
      weight.subarray(weight.length / 10).fill(0);
      bias.fill(0);
    });
    const found = await examineRun(out, { threads: 1, backend });
    assert.ok(found.every(({ id }) => id !== "dead-units"));
  });

  test("equal units", async (t) => {
    const out = await trained(t, { ...small, model: "fc 12 >> tanh >> fc 10" });
    alter(out, (tensors) => {
      const [weight] = [...tensors.values()];
      weight.fill(0.01);
    });
    const found = await examineRun(out, { threads: 1, backend });
    assert.match(found.find(({ id }) => id === "symmetric-units")!.evidence, /All 12 units/);
  });

  test("classes in another order, with that order", async (t) => {
    const out = await trained(t, { ...small, subset: 2000, epochs: 6 });
    alter(out, (tensors) => {
      const [weight, bias] = [...tensors.values()].slice(-2);
      const each = weight.length / 10;
      const [rows, biases] = [weight.slice(), bias.slice()];
      for (let c = 0; c < 10; c++) {
        weight.set(rows.subarray(c * each, (c + 1) * each), ((c + 3) % 10) * each);
        bias[(c + 3) % 10] = biases[c];
      }
    });
    const found = await examineRun(out, { threads: 1, backend });
    assert.match(found.find(({ id }) => id === "class-order")!.evidence, /0 answers as 3, 1 answers as 4/);
  });
});

test("planted in data, answers and record: a doubled softmax, shift, near copies, augmented validation, a loss that differs, order, small and no validation", async (t) => {
  const out = await trained(t, { subset: 600, epochs: 3, shuffle: false });
  const { patient } = await openPatient(out, { threads: 1, backend });
  assert.deepEqual(complaints(examine(patient)), ["no-shuffling"]);
  const measured = patient.measured!;
  const ids = (changed: Partial<Patient>): string[] =>
    complaints(examine({ ...patient, ...changed })).filter((id) => id !== "no-shuffling");

  const { dataset } = measured;
  const test = dataset.test!;
  const halved = { ...test, images: test.images.map((byte) => 128 + (byte >> 1)) };
  assert.deepEqual(ids({ measured: { ...measured, dataset: { ...dataset, test: halved } } }), ["preprocessing-shift"]);

  const copies = [{ split: "test" as const, copies: [{ held: dataset.train.count, trained: 0 }] }];
  const severities = [8, 28].map((side) => {
    const known = { ...dataset, shape: { height: side, width: side, channels: 1 } };
    const found = nearCopies.run({ ...patient, copies, measured: { ...measured, dataset: known } });
    return found.map(({ id, severity }) => `${severity} ${id}`);
  });
  assert.deepEqual(severities, [["note near-copies"], ["warning near-copies"]]);

  // Probabilities where logits should be.
  const splits = measured.splits.map((split) => {
    const { answers, probabilities } = split;
    const { classes, labels, predicted, losses } = answers;
    return { ...split, answers: new Answers({ classes, labels, predicted, losses, logits: probabilities }) };
  });
  assert.deepEqual(ids({ measured: { ...measured, splits } }), ["doubled-softmax"]);

  const { facts, history } = patient;
  const lines = facts.lines.map((line) =>
    line.kind === "epoch" ? { ...line, validation: { ...(line["validation"] as object), augmented: true } } : line,
  );
  assert.deepEqual(ids({ facts: { ...facts, lines } }), ["augmented-validation"]);
  const epochs = history.epochs.map((point) => ({
    ...point,
    validation: { ...point.validation, loss: 1.1 * point.validation!["loss"]! },
  }));
  assert.deepEqual(ids({ history: { ...history, epochs } }), ["validation-differs"]);

  const { record } = facts;
  const counted = (samples: Partial<typeof record.samples>) => ({
    facts: { ...facts, record: { ...record, samples: { ...record.samples, ...samples } } },
  });
  assert.deepEqual(ids(counted({ validation: 10 })), ["small-validation"]);
  assert.deepEqual(ids(counted({ validation: 0, test: 0 })), ["training-score"]);
});

test("a rate that falls to a tenth while the weights move on as before", async (t) => {
  const out = await trained(t, { subset: 600, epochs: 4, lr: 0.05, optimizer: "sgd", schedule: "multistep 2epochs" });
  const { patient } = await openPatient(out, { threads: 1, backend });
  const { facts } = patient;
  const moved = facts.lines.map((line) => line["moved"]);
  assert.deepEqual(
    moved.map((value) => typeof value),
    ["undefined", "number", "number", "undefined"],
  );
  assert.ok((moved[2] as number) < 0.3 * (moved[1] as number), moved.join());
  assert.deepEqual(complaints(examine(patient)), []);
  const lines = facts.lines.map((line) =>
    line["epoch"] === 3 ? { ...line, moved: 0.9 * (moved[1] as number) } : line,
  );
  const found = examine({ ...patient, facts: { ...facts, lines } });
  assert.deepEqual(complaints(found), ["rate-without-effect"]);
  assert.match(found[0].evidence, /from 0\.05 in epoch 2 to 0\.005\d* in epoch 3/);
});

test("a doubled softmax has its floor at ln(1 + (K - 1) / e); a mean near that is none", () => {
  const found = (classes: number, scale: number) => {
    const labels = Array.from({ length: 200 }, (_, i) => i % classes);
    // Rows of probabilities, of which some are wrong and some nearly 1.
    const rows = labels.map((label, i) => {
      const [said, sure] = [i % 9 === 0 ? (label + 1) % classes : label, 0.3 + (0.7 * ((i * 37) % 100)) / 100];
      return Array.from({ length: classes }, (_, k) => scale * (k === said ? sure : (1 - sure) / (classes - 1)));
    });
    const predicted = rows.map((row) => row.indexOf(Math.max(...row)));
    const losses = labels.map(() => 0);
    const answers = new Answers({ classes, labels, predicted, losses, logits: rows.flat() });
    const measured = { splits: [{ name: "test", answers }] } as unknown as NonNullable<Patient["measured"]>;
    return doubledSoftmax.run({ measured } as Patient).map(({ evidence }) => evidence);
  };
  for (const [classes, floor, ceiling] of [
    [2, "0.3133", "0.7311"],
    [10, "1.4612", "0.2320"],
    [100, "3.6222", "0.0267"],
  ] as const) {
    const [evidence] = found(classes, 1);
    assert.ok(evidence.includes(` = ${floor}, `) && evidence.includes(` = ${ceiling} `), evidence);
    for (const scale of [0.6, 1.5, 20]) assert.deepEqual(found(classes, scale), []);
  }
});

test("another order of the classes is an error where it explains most answers; at chance there is none", () => {
  const found = (confusion: readonly (readonly number[])[]) => {
    const pairs = confusion.flatMap((row, t) =>
      row.flatMap((count, p) => Array.from({ length: count }, () => [t, p] as const)),
    );
    const [labels, predicted] = [pairs.map(([t]) => t), pairs.map(([, p]) => p)];
    const losses = labels.map(() => 0);
    const answers = new Answers({ classes: confusion.length, labels, predicted, losses, logits: null });
    const classNames = confusion.map((_, i) => `c${i}`);
    const measured = { classNames, splits: [{ name: "test", answers }] } as unknown as Patient["measured"];
    return classOrder.run({ measured } as Patient).map(({ evidence }) => evidence);
  };
  // In ten classes at chance the best order has more than twice the accuracy, of few samples.
  const stream = new Stream(7, "test");
  const chance = Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => stream.below(2)));
  const right = (order: readonly number[]) => order.reduce((sum, p, t) => sum + chance[t][p], 0);
  assert.ok(right(bestAssignment(chance)) >= 2 * right([...chance.keys()]));
  assert.deepEqual(found(chance), []);
  const turned = [
    [1, 9, 0],
    [0, 1, 9],
    [9, 0, 1],
  ];
  assert.match(found(turned)[0], /10\.00 % .* 90\.00 % .* c0 answers as c1, c1 answers as c2, c2 answers as c0/);
  // Right as it stands, and half right: nothing to exchange.
  assert.deepEqual(
    found([
      [9, 1],
      [1, 9],
    ]),
    [],
  );
  assert.deepEqual(
    found([
      [5, 5],
      [4, 6],
    ]),
    [],
  );
});

test("what differs by chance is no shift: of few images, or by less than half a deviation", () => {
  const stream = new Stream(11, "test");
  const image = (middle: number, spread: number): number[] =>
    Array.from({ length: 64 }, () => middle + stream.below(2 * spread + 1) - spread);
  const found = (count: number, middle: number, spread: number): string[] => {
    const trained = Array.from({ length: 200 }, () => image(128, 60)).flat();
    const tested = Array.from({ length: count }, () => image(middle, spread)).flat();
    const split = (pixels: readonly number[]) => ({
      count: pixels.length / 64,
      images: Uint8Array.from(pixels),
      labels: new Uint16Array(pixels.length / 64),
    });
    const shape = { height: 8, width: 8, channels: 1 };
    const dataset = { shape, maximum: 255, train: split(trained), test: split(tested), validation: null };
    const splits = [
      { name: "train", samples: Uint32Array.from({ length: 200 }, (_, i) => i) },
      { name: "test", samples: Uint32Array.from({ length: count }, (_, i) => 200 + i) },
    ];
    const file = { model: { preprocessing: { kind: "affine", scale: [1], shift: [0] } } };
    const measured = { dataset, splits, file } as unknown as Patient["measured"];
    return preprocessingShift.run({ measured } as Patient).map(({ evidence }) => evidence);
  };
  assert.deepEqual(found(200, 128, 60), []);
  assert.deepEqual(found(1000, 140, 66), [], "significant, and small");
  assert.deepEqual(found(20, 190, 60), [], "too few to tell");
  assert.match(found(200, 190, 60)[0], /mean higher by 1\.\d\d deviations/);
  assert.match(found(200, 128, 120)[0], /deviation times (1\.9|2\.0)\d/);
});

test("the best assignment of rows to columns", () => {
  assert.deepEqual(
    bestAssignment([
      [1, 9, 2],
      [8, 9, 3],
      [0, 5, 4],
    ]),
    [1, 0, 2],
  );
  assert.deepEqual(bestAssignment([[3]]), [0]);
});

test("a run whose model is gone is examined by what is left, and says so", async (t) => {
  const out = await trained(t, { ...small, shuffle: false });
  for (const file of ["model.safetensors", "last.ckpt"]) rmSync(join(out, file));
  const found = await examineRun(out, { threads: 1, backend });
  assert.deepEqual(complaints(found), ["no-shuffling"]);
  assert.match(found.find(({ id }) => id === "not-measured")!.evidence, /could not be read/);
});
