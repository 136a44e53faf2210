/** A loss that leaves the finite: told by epoch, step, layer and samples, and its step can be run again. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RunFolder } from "../../src/run/run-folder.js";
import { replay } from "../../src/train/replay.js";
import { readResult } from "../../src/train/result-file.js";
import { configOf, run, temporaryFolder } from "../engine/runs.js";

test("a rate far too high: the step is named with its samples, and a replay gives it again at any thread count", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const { backend } = configOf({});
  const settings = { subset: 300, epochs: 2, lr: 1e20, threads: 2, out, model: "fc 20 >> relu >> drop 0.3 >> fc 10" };
  let message = "";
  await assert.rejects(run(t, settings), (error: Error) => {
    message = error.message;
    return true;
  });
  const [, epoch, step] = /^epoch (\d+), step (\d+): expected a finite loss/.exec(message)!;
  assert.match(message, /first in layer \d \(dense\), on training samples \d+, \d+/);
  assert.match(message, /heddle replay .*replay\.safetensors/);
  const folder = new RunFolder(out);
  assert.ok(existsSync(folder.replayFile));
  assert.equal(readResult(folder).ended, "failed");

  for (const threads of [1, 3]) {
    const { samples, layers, parameters, ...found } = await replay(folder.replayFile, { threads, backend });
    assert.deepEqual(found, { epoch: Number(epoch), step: Number(step), reproduced: true });
    assert.ok(samples.length > 0 && samples.length <= 64);
    // Told from the first wrong layer on; the images' numbers before it are finite.
    assert.ok(layers.some(({ nonFinite }) => nonFinite > 0));
    assert.deepEqual(
      parameters.map(({ name, what }) => [name, what]),
      [
        ["0.weight", "20x64"],
        ["0.bias", "20"],
        ["3.weight", "10x20"],
        ["3.bias", "10"],
      ],
    );
  }
});

test("a model file is no replay", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { subset: 100, epochs: 1, threads: 1, out });
  await assert.rejects(replay(new RunFolder(out).modelFile), /expected a replay file.* got another safetensors file/);
});
