/** Every experiment whole in its quick form, on a few images under the names of the published sets: structure, not scores. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { repro } from "../../src/index.js";
import { experiments } from "../../src/repro/experiments/index.js";
import { reproDocument, reproSpeedDocument } from "../../src/run/documents/repro.js";
import { remove, smallSets } from "../repro/data.js";

const out = mkdtempSync(join(tmpdir(), "heddle-repro-long-"));
let dataDir = "";
before(async () => {
  dataDir = await smallSets();
});
after(() => {
  remove(out);
  remove(dataDir);
});

for (const experiment of experiments) {
  test(`heddle repro ${experiment.name} --quick`, async () => {
    const outcome = await repro(experiment.name, {
      dataDir,
      out: join(out, experiment.name),
      quick: true,
      report: false,
    });
    assert.ok(outcome.status === "done");
    if (outcome.kind === "speed") {
      assert.ok(experiment.kind === "speed");
      const { result } = outcome;
      assert.deepEqual(reproSpeedDocument.parse(result), result);
      assert.equal(result.goal, experiment.goal);
      assert.ok(result.flop > 0 && result.seconds.command > result.seconds.training);
      return;
    }
    assert.ok(experiment.kind === "table");
    const { result } = outcome;
    assert.deepEqual(reproDocument.parse(result), result);
    const forms = experiment.asPublished ? 2 : 1;
    assert.equal(result.rows.length, forms * experiment.rows.length);
    assert.equal(result.whole && result.quick, true);
    assert.equal(result.contest?.length, experiment.contest ? 2 : undefined);
    assert.equal(result.confusions === null, experiment.confusions === undefined);
    for (const { name, ours, reason, runs } of result.rows) {
      assert.ok(ours !== null || reason !== null, name);
      assert.ok(
        runs.every((run) => existsSync(join(run, "run.json"))),
        name,
      );
    }
  });
}
