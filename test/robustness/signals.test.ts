/** Ctrl-C and SIGTERM at every stage of a run: what is on the disk afterwards goes on to the bytes of an unbroken run. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { train } from "../../src/train/trainer.js";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { configOf, numbersOf, run, temporaryFolder } from "../engine/runs.js";
import { assertGone, start } from "./program.js";

const hashOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { weightsHash: string }).weightsHash;

/** 10,800 steps of one sample; more ranks than cores make them slow, so that signals come in the middle of them. */
const manySteps = ["train", "--batch-size", "1", "--epochs", "6", "--subset", "2000", "--json"];

test("stopped by SIGINT, resumed, stopped by SIGTERM, resumed: the bytes of the unbroken run", async (t) => {
  const cwd = emptyFolder(t);
  const unbroken = heddle([...manySteps, "--threads", "1", "--out", "unbroken"], { cwd });

  const first = start([...manySteps, "--threads", "7", "--out", "run"], { cwd });
  await first.says(/^epoch 1\/6/m);
  first.child.kill("SIGINT");
  const interrupted = await first.ended;
  assert.deepEqual([interrupted.code, interrupted.stdout], [130, ""], interrupted.stderr);
  assert.match(
    interrupted.stderr,
    /^Stopped at epoch \d, step \d+\. To go on: (?:npx heddle|node \S*heddle\.js) train --resume run$/m,
  );
  assertGone(first);

  const second = start(["train", "--resume", "run", "--threads", "5", "--json"], { cwd });
  await second.says(/^resumed /m);
  second.child.kill("SIGTERM");
  const terminated = await second.ended;
  assert.deepEqual([terminated.code, terminated.stdout], [143, ""], terminated.stderr);
  assertGone(second);

  const last = await heddle(["train", "--resume", "run", "--threads", "2", "--json"], { cwd });
  assert.equal(last.code, 0, last.stderr);
  assert.equal(hashOf(last), hashOf(await unbroken));
});

test("one signal in the middle of a large step: the step is finished and saved", async (t) => {
  const cwd = emptyFolder(t);
  const settings = ["train", "--dataset", "synthetic-digits-28", "--model", "mlp:700", "--batch-size", "full"];
  const args = [...settings, "--epochs", "3", "--json"];
  const running = start([...args, "--threads", "2", "--out", "run"], { cwd });
  // The header: the next thing is step 1.
  await running.says(/ · run$/m);
  running.child.kill("SIGINT");
  const { code, stderr } = await running.ended;
  assert.equal(code, 130, stderr);
  const resumed = await heddle(["train", "--resume", "run", "--threads", "3", "--json"], { cwd });
  const unbroken = await heddle([...args, "--threads", "1", "--out", "unbroken"], { cwd });
  assert.equal(hashOf(resumed), hashOf(unbroken));
});

for (const [backend, size] of [
  ["native", "mlp:2000"],
  ["reference", "mlp:300"],
] as const) {
  test(`a second signal ends the run in the middle of a step of seconds (${backend})`, async (t) => {
    const cwd = emptyFolder(t);
    const settings = ["--dataset", "synthetic-digits-28", "--model", size, "--batch-size", "full", "--epochs", "50"];
    const args = ["train", ...settings, "--out", "run", "--threads", "2", "--backend", backend];
    const running = start(args, { cwd });
    await running.says(/ · run$/m);
    running.child.kill("SIGINT");
    await running.says(/finishing the step/);
    const before = performance.now();
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    assert.deepEqual([code, stdout], [130, ""], stderr);
    assert.doesNotMatch(stderr, /heddle: /);
    assertGone(running);
    // No native call lasts over 0.2 s, and no other thread is waited for.
    assert.ok(running.endedAt() - before < 2000, `${running.endedAt() - before} ms`);
    if (backend === "reference") assert.ok(!existsSync(join(cwd, "run", "last.ckpt")), "the step was not over");
  });
}

test("a signal before the first step: nothing is trained, and a resume does all of it", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const settings = { subset: 500, epochs: 2, threads: 2 } as const;
  const config = configOf({ ...settings, out });
  const stopped = await train({ config, sources: {}, onEvent() {}, signal: AbortSignal.abort() });
  assert.deepEqual(stopped, { status: "stopped", run: out, epoch: 1, step: 0 });
  assert.deepEqual(readdirSync(out).sort(), ["last.ckpt", "metrics.jsonl", "result.json", "run.json", "split.json"]);
  const resumed = await train({ config: configOf({ threads: 3 }), sources: {}, onEvent() {}, resume: out });
  assert.equal(resumed.status, "done");
  assert.deepEqual(numbersOf(resumed.result), numbersOf(await run(t, settings)));
});

test("a signal after an epoch stops there; after the last, a resume only measures", async (t) => {
  const settings = { subset: 500, epochs: 2, threads: 2 } as const;
  const unbroken = await run(t, settings);
  for (const epochs of [1, 2]) {
    const out = join(temporaryFolder(t), "run");
    const controller = new AbortController();
    const onEvent = (event: { kind: string; epoch?: number }): void => {
      if (event.kind === "epoch" && event.epoch === epochs) controller.abort();
    };
    const config = configOf({ ...settings, out });
    const { status } = await train({ config, sources: {}, onEvent, signal: controller.signal });
    assert.equal(status, "stopped");
    const trained: number[] = [];
    const outcome = await train({
      config: configOf({ threads: 3 }),
      sources: {},
      onEvent: (event) => void (event.kind === "epoch" && trained.push(event.epoch)),
      resume: out,
    });
    assert.ok(outcome.status === "done");
    assert.deepEqual(trained, epochs === 1 ? [2] : []);
    assert.deepEqual(numbersOf(outcome.result), numbersOf(unbroken));
  }
});

test("a signal while Heddle starts ends it without a trace, or with a run that can be resumed", async (t) => {
  const cwd = emptyFolder(t);
  // An unknown variable is named before anything is loaded.
  const env = { HEDDLE_TREADS: "1" };
  const running = start(["train", "--epochs", "1000", "--out", "run"], { cwd, env });
  await running.says(/HEDDLE_TREADS/);
  running.child.kill("SIGINT");
  const { code, signal, stdout, stderr } = await running.ended;
  assert.ok(code === 130 || signal === "SIGINT", stderr);
  assert.equal(stdout, "");
  if (existsSync(join(cwd, "run"))) assert.ok(existsSync(join(cwd, "run", "last.ckpt")), stderr);
});
