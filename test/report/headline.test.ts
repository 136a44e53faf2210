/** The result of a run whose model or data are gone: what it recorded stands there, with why. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { percent } from "../../src/base/text.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { gatherReport } from "../../src/report/report.js";
import { run, temporaryFolder } from "../engine/runs.js";

test("without its model a run has the scores that it recorded, said so; without those too, why there are none", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const { test: score } = await run(t, { threads: 1, subset: 300, epochs: 2, out });
  for (const file of ["model.safetensors", "last.ckpt", "last-1.ckpt"]) rmSync(join(out, file), { force: true });
  const told = async () => {
    const [[, found]] = (await gatherReport(out, { threads: 1 })).parts;
    return found;
  };
  const kept = await told();
  assert.ok("content" in kept);
  assert.ok(kept.content.text.includes(percent(score!.values["accuracy"]!)));
  assert.match(kept.content.text, /As recorded when the run ended; measured anew it cannot be\./);
  assert.match(
    kept.content.text,
    /What the run recorded.*test<br><small>1,000 samples<\/small><br><small>best weights/s,
  );
  rmSync(join(out, "result.json"));
  assert.ok("missing" in (await told()));
});

test("the number at the top is that of evaluate, with all its digits, and says which weights it is of", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const { backend, bestEpoch } = await run(t, { threads: 1, subset: 400, epochs: 5, lr: 1.5, select: "macro.f1", out });
  assert.notEqual(bestEpoch, 5, "the rate is so high that the last epoch is not the best");
  const { score } = await evaluate({ path: out, threads: 1, backend });
  const [[, told]] = (await gatherReport(out, { threads: 1 })).parts;
  assert.ok("content" in told);
  const { text } = told.content;
  assert.equal(/<p class="big"><data value="([^"]+)"/.exec(text)?.[1], `${score.values["accuracy"]}`);
  assert.ok(text.includes(`<p class="soft">test split, 1,000 samples, best weights (epoch ${bestEpoch}).`));
  for (const [name, value] of Object.entries(score.values)) {
    assert.ok(text.includes(`<data value="${value}">`), `${name} ${value}`);
  }
});
