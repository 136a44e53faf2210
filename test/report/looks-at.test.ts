/** Samples that somebody named are looked into, in the order of their naming; one that was not measured is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { gatherReport } from "../../src/report/report.js";
import { writeReport } from "../../src/report/write.js";
import { run, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

test("--samples: their feature maps and occlusion maps, and no others", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { threads: 1, subset: 200, epochs: 1, model: "conv 4x3 >> relu >> fc 10", out });
  const told = async (samples: readonly number[]) =>
    [...(await gatherReport(out, { threads: 1, samples })).parts].flatMap(([{ id }, part]) =>
      id === "feature-maps" || id === "occlusion" ? [[id, part] as const] : [],
    );
  for (const [id, part] of await told([17, 3])) {
    assert.ok("content" in part, id);
    const seen = [...part.content.text.matchAll(/>test (\d+): /g)].map(([, place]) => Number(place));
    assert.deepEqual(seen, [17, 3], id);
  }
  const refused = await told([9999]);
  assert.equal(refused.length, 2);
  for (const [id, part] of refused) assert.ok("missing" in part && part.missing.includes("got 9999"), id);
  await assert.rejects(writeReport(out, { samples: [1, 2, 3, 4, 5] }), refusal(2, /at most 4 samples, got 5/));
});
