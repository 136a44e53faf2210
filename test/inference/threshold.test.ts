/** The accuracy that a model is held to: on images that are new to it, or on those that were asked for. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { missedTarget } from "../../src/metrics/target.js";
import { run, temporaryFolder } from "../engine/runs.js";

test("without a test split nothing is met, unless a split is named", async (t) => {
  const folder = temporaryFolder(t);
  for (const [i, name] of ["dark", "light"].entries()) {
    mkdirSync(join(folder, "images", name), { recursive: true });
    for (let n = 0; n < 12; n++) {
      const pixels = new Uint8Array(16).map((_, at) => i * 200 + ((at * n) % 50));
      writeFileSync(join(folder, "images", name, `${n}.png`), encodePng({ width: 4, height: 4, channels: 1, pixels }));
    }
  }
  const out = join(folder, "run");
  await run(t, { dataset: `folder:${join(folder, "images")}`, model: "mlp:4", epochs: 1, validation: 0.25, out });
  const asked = { path: out, requireAccuracy: 0, threads: 1, backend: "auto" } as const;
  const { score, threshold } = await evaluate(asked);
  assert.equal(score.split, "validation");
  assert.deepEqual(threshold, { accuracy: 0, met: null });
  const error = missedTarget(threshold, null, "");
  assert.equal(error?.exitCode, 4);
  assert.match(error.message, /a test accuracy of at least 0\.00 %, got a data set without a test split/);
  const named = await evaluate({ ...asked, split: "validation" });
  assert.deepEqual(named.threshold, { accuracy: 0, met: true });
});
