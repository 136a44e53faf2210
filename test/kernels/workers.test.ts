/** A file of its own, so that no thread of this process has loaded the addon before its workers do. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { nativeStatus } from "../../src/kernels/native.js";

test("the addon loads in 16 workers at once, with the same kernels", async (t) => {
  const workers = Array.from({ length: 16 }, () => new Worker(new URL("./workers-worker.js", import.meta.url)));
  const answers = await Promise.allSettled(
    workers.map(async (worker) => ((await once(worker, "message")) as [{ isa: string; product: number }])[0]),
  );
  const { available, isa } = nativeStatus();
  if (!available) return t.skip("there is no addon");
  for (const answer of answers) {
    assert.deepEqual(answer, { status: "fulfilled", value: { isa, product: 32 } });
  }
});
