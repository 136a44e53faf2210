/** `train --profile`: what the run's folder then tells of its time. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { train } from "../../src/index.js";
import { readRunProfile } from "../../src/measure/run-profile.js";
import { gatherReport, reportText } from "../../src/report/report.js";
import { configOf, run, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

test("a profiled run has the weights of any other, a profile that adds up, a trace and a section", async (t) => {
  const folder = temporaryFolder(t);
  const [out, other] = [join(folder, "profiled"), join(folder, "plain")];
  const settings = { subset: 300, epochs: 2, threads: 2 } as const;
  const outcome = await train({ config: configOf({ ...settings, out }), profile: true });
  assert.equal(outcome.status, "done");
  const plain = await run(t, { ...settings, out: other });
  assert.equal(outcome.result.weightsHash, plain.weightsHash);
  assert.ok(!existsSync(join(other, "profile.json")));

  const profile = readRunProfile(out)!;
  assert.equal(profile.steps, outcome.result.steps);
  const share = profile.layers.reduce((sum, each) => sum + each.share, 0);
  assert.ok(Math.abs(share - 1) < 1e-3, `${share}`);
  for (const phase of ["loading", "training", "scoring", "keeping"]) assert.ok(profile.phases[phase] > 0, phase);
  assert.equal(profile.ranks.length, 2);

  const { traceEvents } = JSON.parse(readFileSync(join(out, "trace.json"), "utf8")) as {
    traceEvents: { ph: string; tid: number; ts: number; dur: number; name: string }[];
  };
  const slices = traceEvents.filter(({ ph }) => ph === "X");
  assert.deepEqual([...new Set(slices.map(({ tid }) => tid))].sort(), [1, 2, 3]);
  for (const track of [1, 2, 3]) {
    const ends: number[] = [];
    const own = slices
      .filter(({ tid }) => tid === track)
      .map(({ ts, dur }) => ({ from: Math.round(ts * 1000), to: Math.round(ts * 1000) + Math.round(dur * 1000) }))
      .sort((a, b) => a.from - b.from || b.to - a.to);
    for (const { from, to } of own) {
      while (ends.length > 0 && ends[ends.length - 1] <= from) ends.pop();
      assert.ok(to >= from && (ends.length === 0 || to <= ends[ends.length - 1]));
      ends.push(to);
    }
  }
  assert.ok(slices.some(({ name }) => name === "scoring, epoch 1"));

  const page = reportText(await gatherReport(out));
  assert.match(page, /<section id="time"/);
  assert.doesNotMatch(reportText(await gatherReport(other)), /<section id="time"/);
  writeFileSync(join(out, "profile.json"), "{");
  assert.throws(() => readRunProfile(out), refusal(3, /profile\.json: expected the profile of a run/));
});

test("--overwrite takes the folder of a profiled run, and nothing of its profile stays", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const settings = { subset: 200, epochs: 1, threads: 1, out } as const;
  await train({ config: configOf(settings), profile: true });
  await train({ config: configOf({ ...settings, overwrite: true }) });
  assert.equal(readRunProfile(out), null);
  assert.ok(!existsSync(join(out, "trace.json")));
});

test("a run without files has no place for a profile", async () => {
  const config = configOf({ subset: 100, epochs: 1, out: "none" });
  await assert.rejects(train({ config, profile: true }), refusal(2, /profile: expected a run with a folder/));
});
