import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, clock, count, duration, number, percent } from "../../../src/base/text.js";
import { bar } from "../../../src/cli/progress/bar.js";
import { epochText, headerText } from "../../../src/cli/progress/format.js";
import { chooseRenderer } from "../../../src/cli/progress/index.js";
import { lines } from "../../../src/cli/progress/lines.js";
import type { TrainEvent } from "../../../src/train/events.js";

const header = {
  run: "runs/1-mnist-dtu-mlp",
  model: "dtu-mlp",
  parameters: 1086215,
  dataset: "mnist",
  backend: "native",
  isa: "avx512",
  threads: 2,
  threadsReason: "2 cores in the affinity mask",
  dtype: "f32",
  batchSize: 64,
  epochs: 5,
  stepsPerEpoch: 844,
  samples: { train: 54000, validation: 6000, test: 10000 },
  arenaBytes: 1e8,
} as const;

const measured = { epoch: 1, averaged: false, augmented: false } as const;

const epoch = {
  kind: "epoch",
  epoch: 1,
  train: { ...measured, split: "train", weights: "running", samples: 54000, values: { loss: 0.25, accuracy: 0.9 } },
  validation: {
    ...measured,
    split: "validation",
    weights: "last",
    samples: 6000,
    values: { loss: 0.125, accuracy: 0.965 },
  },
  lr: 1e-3,
  batchLoss: [0.3, 0.2],
  seconds: 2,
  best: true,
} as const;

const progress: TrainEvent = {
  kind: "progress",
  epoch: 1,
  epochs: 5,
  step: 422,
  steps: 844,
  values: { loss: 0.3, accuracy: 0.88 },
  samplesPerSecond: 27000,
  eta: 9,
};

/** Collects what a renderer writes. */
function paper(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
}

test("numbers read well", () => {
  assert.deepEqual([0, 999, 1000, 1086215, 12345.6].map(count), ["0", "999", "1,000", "1,086,215", "12,346"]);
  assert.equal(percent(0.97456), "97.46 %");
  assert.deepEqual([0, 0.25, 1e-5, 12.34567].map(number), ["0.0000", "0.2500", "1.00e-5", "12.3457"]);
  assert.deepEqual([0.5, 12.34, 59.97, 247, 3723].map(duration), ["0.50 s", "12.3 s", "60.0 s", "4:07", "1:02:03"]);
  assert.deepEqual([7, 59.9, Number.NaN].map(clock), ["0:07", "1:00", "-"]);
  assert.deepEqual([512, 12.9e6].map(bytes), ["512 B", "12.3 MiB"]);
});

test("the first line says back end, ISA, threads and why, data, model, batch", () => {
  assert.equal(
    headerText(header),
    "native avx512 · 2 threads (2 cores in the affinity mask) · mnist (54,000 train, 6,000 validation, 10,000 test) · " +
      "dtu-mlp, 1,086,215 parameters · batch 64 · f32 · 95.4 MiB shared · runs/1-mnist-dtu-mlp",
  );
});

test("an epoch line names the split of every figure", () => {
  assert.equal(
    epochText(epoch, 15),
    "epoch  1/15 · train loss 0.2500, accuracy 90.00 % · validation loss 0.1250, accuracy 96.50 % · 27,000 samples/s · best so far",
  );
  assert.doesNotMatch(epochText({ ...epoch, validation: null }, 5), /validation|best/);
});

test("lines: header, notes, epochs; progress only after ten silent seconds; steps never", () => {
  const output = paper(false);
  let now = 0;
  const renderer = lines(output, () => now);
  renderer.onEvent({ kind: "start", header, resumedFrom: { epoch: 2, step: 7 } });
  renderer.onEvent(progress);
  renderer.onEvent({ kind: "step", epoch: 1, step: 1, loss: 1, lr: 1 });
  now = 10_000;
  renderer.onEvent(progress);
  now = 11_000;
  renderer.onEvent(progress);
  renderer.onEvent({ kind: "note", text: "a note" });
  renderer.onEvent(epoch);
  renderer.close();
  assert.deepEqual(
    output.written.map((line) => line.slice(0, 30).trimEnd()),
    [
      headerText(header).slice(0, 30),
      "resumed in epoch 2, after 7 of",
      "epoch 1/5 · step 422/844 · los",
      "a note",
      "epoch 1/5 · train loss 0.2500,",
    ],
  );
});

const utf8 = { LANG: "en_US.UTF-8" };

test("bar: no wider than the terminal, the least important left out first; ASCII where the locale is", () => {
  for (const columns of [10, 20, 40, 60, 80, 300]) {
    const output = Object.assign(paper(true), { columns, cursorTo() {}, moveCursor() {}, clearLine() {} });
    const renderer = bar(output, Date.now, {});
    renderer.onEvent({ kind: "start", header });
    const before = output.written.length;
    renderer.onEvent(progress);
    renderer.close();
    const drawn = output.written.slice(before).filter((text) => text.includes("ep"));
    assert.ok(drawn.length > 0);
    for (const text of drawn) {
      assert.ok([...text.replaceAll("\n", "")].length <= columns, `${columns}: ${text}`);
      assert.match(text, /^[\x20-\x7e\n·]*$/);
    }
  }
});

test("bar: draws epoch, speed, loss, accuracy and time left, and makes room for lines", () => {
  // The bar's terminal code asks its stream for these beside write.
  const output = Object.assign(paper(true), { columns: 120, cursorTo() {}, moveCursor() {}, clearLine() {} });
  const renderer = bar(output, Date.now, utf8);
  renderer.onEvent({ kind: "start", header });
  renderer.onEvent(progress);
  renderer.onEvent(epoch);
  renderer.close();
  const text = output.written.join("");
  assert.match(text, /epoch 1\/5 · █{10}░{10} · 27,000 samples\/s · loss 0\.3000, accuracy 88\.00 % · ▅ · 0:09 left/);
  assert.ok(output.written.at(-1)?.startsWith("epoch 1/5 · train loss"));
});

test("loading that takes over a second has a bar; without one, a line every ten seconds", () => {
  let time = 0;
  const output = Object.assign(paper(true), { columns: 120, cursorTo() {}, moveCursor() {}, clearLine() {} });
  const renderer = bar(output, () => time, utf8);
  const load = (done: number) => renderer.onEvent({ kind: "load", dataset: "folder:x", done, total: 6000 });
  load(10);
  time = 900;
  load(500);
  assert.deepEqual(output.written, []);
  time = 2000;
  load(2000);
  assert.match(output.written.join(""), /folder:x · [█░]+ · 2,000 of 6,000 images · 995\/s · 0:04 left/);
  renderer.onEvent({ kind: "start", header });
  assert.equal(output.written.at(-1), `${headerText(header)}\n`);
  renderer.close();

  time = 0;
  const plain = paper(false);
  const log = lines(plain, () => time);
  log.onEvent({ kind: "load", dataset: "folder:x", done: 10, total: 6000 });
  time = 10_000;
  log.onEvent({ kind: "load", dataset: "folder:x", done: 3000, total: 6000 });
  assert.deepEqual(plain.written, ["folder:x: 3,000 of 6,000 images · 299/s · 0:10 left\n"]);
});

test("a bar needs a terminal with a person at it", async () => {
  const drawsBar = async (wishes: { quiet: boolean; bar: boolean }, isTTY: boolean, env: NodeJS.ProcessEnv) => {
    const output = Object.assign(paper(isTTY), { columns: 120 });
    const renderer = await chooseRenderer(wishes, output, env);
    renderer.onEvent(progress);
    renderer.close();
    return output.written.join("").includes("27,000");
  };
  const wishes = { quiet: false, bar: true };
  assert.equal(await drawsBar(wishes, true, {}), true);
  assert.equal(await drawsBar(wishes, false, {}), false);
  assert.equal(await drawsBar({ ...wishes, bar: false }, true, {}), false);
  assert.equal(await drawsBar({ ...wishes, quiet: true }, true, {}), false);
  for (const name of ["CI", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_PROCID"]) {
    assert.equal(await drawsBar(wishes, true, { [name]: "1" }), false, name);
  }
});
