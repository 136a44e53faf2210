/** What a training takes beside its arena is counted before it starts, and images that nobody asks for take nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../src/engine/engine.js";
import { checkThreads, presentSamples, stillToCome, touchedBytes } from "../../src/engine/room.js";
import { findDataset } from "../../src/index.js";
import { openSession } from "../../src/run/session.js";
import { configureFor } from "../../src/train/configure.js";
import { completeOptions } from "../../src/train/options.js";
import { refusal } from "../run/refuses.js";

test("threads that alone pass the memory are refused with the way out", () => {
  checkThreads(8, 200e6);
  assert.throws(() => checkThreads(9, 200e6), refusal(1, /225 MB for 9 threads, got 200 MB .*fewer (--)?threads/));
});

test("what is still to come: less what the process has, but for the data that it loaded", async () => {
  const dataset = await findDataset("synthetic-digits").load({});
  const loaded = dataset.train.images.length + dataset.test!.images.length;
  assert.equal(stillToCome(4, dataset, loaded + 60e6), 120e6);
  assert.equal(stillToCome(4, dataset, 60e6 - loaded) > 120e6, true);
  assert.equal(stillToCome(1, dataset, 1e9), 0);
});

test("images between those that are used are counted as pages that nobody touches", () => {
  assert.equal(touchedBytes(10, 1000, 784), 10 * (784 + 4096));
  assert.equal(touchedBytes(900, 1000, 784), 784_000);
  assert.equal(presentSamples([Uint32Array.of(0, 2), Uint32Array.of(1)], 3), null);
  assert.deepEqual(presentSamples([Uint32Array.of(0, 2)], 4), Uint8Array.of(1, 0, 1, 0));
});

test("a subset alone lies in the arena; any other sample is an error, never an empty image", async () => {
  const { config, sources } = completeOptions({ config: { subset: 40, threads: 1, model: "mlp:3" } });
  const session = await openSession(config, { sources });
  const engine = new Engine(1, "auto");
  try {
    configureFor(engine, session);
    const used = new Set([...session.train, ...session.validation, ...session.test]);
    const other = session.dataset.train.labels.findIndex((_, i) => !used.has(i));
    assert.equal(used.size < session.dataset.train.count + session.test.length && other >= 0, true);
    await engine.score(session.train);
    await assert.rejects(engine.score(Uint32Array.of(other)), /was not said to be used/);
  } finally {
    await engine.close();
  }
});
