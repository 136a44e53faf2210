/**
 * kill -9 at twenty random moments, of steps, checkpoints and epoch ends, each time gone on with at another number of threads: the
 * weights, the model file and the metrics of the run that was never killed. And a search of twenty trials, killed three times.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Stream } from "../../src/base/random.js";
import { nativeStatus } from "../../src/kernels/native.js";
import type { SearchDocument } from "../../src/run/documents/search.js";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { comparable, metricsOf } from "../robustness/kill.js";
import { start } from "../robustness/program.js";

const kills = 20;
const killsPerRun = 4;
const threadCounts = [1, 2, 3, 7];
const slow = !nativeStatus().available && "the reference back end takes hours for this";

const small = ["--subset", "240", "--validation", "40", "--batch-size", "20", "--epochs", "3"];
const cases: Readonly<Record<string, readonly string[]>> = {
  "dtu-mlp, Adam, one-cycle": ["--model", "dtu-mlp", "--optimizer", "adam", "--schedule", "one-cycle"],
  "kth-4.d with dropout, augmentation, mixup and EMA": [
    ...["--model", "kth-4.d", "--augment", "cs596, mixup 0.2", "--ema", "0.9"],
  ],
  "cs596-4conv-bn with Muon": ["--model", "cs596-4conv-bn", "--optimizer", "muon", "--lr", "0.02"],
};

/** Kills it some milliseconds after the metrics have so many lines; false where it ended before. */
async function killed(args: readonly string[], run: string, line: number, wait: number): Promise<boolean> {
  const { child, ended } = start(args, { cwd: join(run, "..") });
  const timer = setInterval(() => {
    if (metricsOf(run).length < line) return;
    clearInterval(timer);
    setTimeout(() => child.kill("SIGKILL"), wait);
  }, 5);
  const { signal } = await ended;
  clearInterval(timer);
  return signal === "SIGKILL";
}

for (const [name, settings] of Object.entries(cases)) {
  test(`${name}: ${kills} kills, and the bytes of the unbroken run`, { skip: slow }, async (t) => {
    const cwd = emptyFolder(t);
    const rhythm = ["--checkpoint-every", "3steps", "--log-steps", "--no-report", "--quiet", "--json"];
    const args = ["train", "--dataset", "synthetic-digits-28", ...small, ...settings, ...rhythm, "--out"];
    const whole = await heddle([...args, "whole", "--threads", "2"], { cwd });
    assert.equal(whole.code, 0, whole.stderr);
    const unbroken = JSON.parse(whole.stdout) as { weightsHash: string; modelHash: string };
    const lines = comparable(metricsOf(join(cwd, "whole")));
    const draws = new Stream(1, "test");
    let done = 0;
    for (let number = 0; done < kills; number++) {
      assert.ok(number < kills, `${done} kills only`);
      const run = join(cwd, `run${number}`);
      let command = [...args, run];
      for (let kill = 0; kill < killsPerRun; kill++) {
        const left = lines.length - metricsOf(run).length;
        const line = metricsOf(run).length + draws.below(Math.max(1, Math.ceil(left / 2)));
        const threads = threadCounts[draws.below(threadCounts.length)];
        if (await killed([...command, "--threads", `${threads}`], run, line, draws.below(40))) done++;
        // Killed before it was a run, it begins again.
        if (existsSync(join(run, "run.json"))) command = ["train", "--resume", run, "--quiet", "--json"];
      }
      const last = await heddle([...command, "--threads", `${threadCounts[draws.below(4)]}`], { cwd });
      assert.equal(last.code, 0, last.stderr);
      const { weightsHash, modelHash } = JSON.parse(last.stdout) as typeof unbroken;
      assert.deepEqual([weightsHash, modelHash], [unbroken.weightsHash, unbroken.modelHash], `run ${number}`);
      assert.deepEqual(comparable(metricsOf(run)), lines);
      const model = (folder: string) => readFileSync(join(cwd, folder, "model.safetensors"));
      assert.ok(model(`run${number}`).equals(model("whole")));
    }
    t.diagnostic(`${done} kills`);
  });
}

test("a search of 20 trials, killed three times in the middle, comes to the same table", { skip: slow }, async (t) => {
  const cwd = emptyFolder(t);
  const base = { subset: 200, epochs: 2 };
  const space = { lr: { log: [1e-3, 0.1] }, batchSize: [16, 32], optimizer: ["adam", "sgd momentum=0.9"] };
  writeFileSync(join(cwd, "space.json"), JSON.stringify({ base, space, strategy: "random", trials: 20 }));
  const args = ["search", "space.json", "--json", "--out"];
  const table = (text: string) =>
    (JSON.parse(text) as SearchDocument).trials.map(({ trial, config, score, epochs }) => ({
      trial,
      config,
      score,
      epochs,
    }));
  const whole = await heddle([...args, "whole"], { cwd });
  assert.equal(whole.code, 0, whole.stderr);
  for (const trial of [4, 9, 15]) {
    const outcome = await heddle([...args, "killed"], {
      cwd,
      watch: (stderr, child) => {
        if (new RegExp(`trial ${trial}\\b`).test(stderr)) child.kill("SIGKILL");
      },
    });
    assert.equal(outcome.signal, "SIGKILL", `trial ${trial}: ${outcome.stderr}`);
  }
  const last = await heddle([...args, "killed"], { cwd });
  assert.equal(last.code, 0, last.stderr);
  assert.equal(table(whole.stdout).length, 20);
  assert.deepEqual(table(last.stdout), table(whole.stdout));
});
