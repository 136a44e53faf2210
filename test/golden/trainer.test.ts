/** A whole run, from files to `metrics.jsonl`, follows PyTorch: `--init`, `--no-shuffle`, `--log-steps`, three epochs. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeAtomically } from "../../src/base/atomic-write.js";
import { trainConfigSchema } from "../../src/config/schema.js";
import { matchParameters, readModel } from "../../src/model/model-file.js";
import { encodeSafetensors } from "../../src/model/safetensors.js";
import { resolveNet } from "../../src/nn/net.js";
import { train } from "../../src/train/trainer.js";
import { emptyFolder } from "../cli/heddle.js";
import { chosenBackend } from "../kernels/addon.js";
import { formulaSplit } from "./formula.js";
import { goldenCases, goldenWeights, worst } from "./golden.js";

const tolerance = 1e-9;
/** Rows of the `digits` file; training takes all but the last 360. */
const rows = 1797;

test("a run on a data set in files follows PyTorch", async (context) => {
  const golden = goldenCases().find(({ name }) => name === "trainer")!;
  const net = resolveNet(golden.net);
  const folder = emptyFolder(context);

  const { images, labels } = formulaSplit(rows, golden.net.input, golden.maximum);
  const lines = Array.from(labels, (label, row) => [...images.subarray(row * 64, row * 64 + 64), label].join());
  mkdirSync(join(folder, "digits"));
  writeFileSync(join(folder, "digits", "digits.csv"), `${lines.join("\n")}\n`);

  const start = goldenWeights(golden.start, net, "f32");
  const init = join(folder, "start.safetensors");
  const tensors = net.parameters.map(({ name, shape }, i) => ({ name, dtype: "F32", shape, data: start[i] }) as const);
  writeAtomically(init, encodeSafetensors(tensors, {}));

  const notes: string[] = [];
  const outcome = await train({
    config: trainConfigSchema.parse({
      dataset: "digits",
      dataDir: folder,
      model: "digits-mlp",
      init,
      epochs: 3,
      batchSize: golden.batchSize,
      optimizer: golden.optimizer,
      lr: golden.lr,
      loss: golden.loss,
      validation: 0,
      shuffle: false,
      logSteps: true,
      dtype: "f64",
      threads: 2,
      backend: chosenBackend().name,
      out: join(folder, "run"),
    }),
    sources: {},
    onEvent(event) {
      if (event.kind === "note") notes.push(event.text);
    },
  });

  assert.equal(outcome.status, "done");
  assert.ok(
    notes.some((note) => note.includes("widened to f64")),
    notes.join(),
  );
  const metrics = readFileSync(join(folder, "run", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  const steps = metrics
    .map((line) => JSON.parse(line) as { kind: string; epoch: number; step: number; loss: number })
    .filter(({ kind }) => kind === "step");
  assert.deepEqual(
    steps.map(({ epoch, step }) => [epoch, step]),
    golden.f64.map((_, i) => [Math.floor(i / 29) + 1, (i % 29) + 1]),
  );
  const distance = worst(
    steps.map(({ loss }) => loss),
    golden.f64,
  );
  assert.ok(distance <= tolerance, `losses differ by ${distance}`);

  const model = readModel(join(folder, "run", "model.safetensors"));
  const trained = matchParameters(model, net.parameters, "f64").tensors;
  for (const [i, expected] of goldenWeights(golden.name, net, "f64").entries()) {
    const apart = worst(trained[i], expected);
    assert.ok(apart <= tolerance, `${net.parameters[i].name} differs by ${apart}`);
  }
});
