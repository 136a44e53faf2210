/** A search as it runs: resumed after kill -9 with a torn journal, NaN last, threads that change nothing, seeds and folds. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import type { SearchDocument } from "../../src/run/documents/search.js";
import { trainRepeatedly } from "../../src/search/repeat.js";
import { search } from "../../src/search/search.js";
import { train } from "../../src/train/trainer.js";
import { heddle } from "../cli/heddle.js";
import { temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

const base = { subset: 100, epochs: 2, threads: 1 };
const space = { lr: { log: [1e-3, 0.1] }, batchSize: [16, 32] };

async function found(...[source, options]: Parameters<typeof search>): Promise<SearchDocument> {
  const outcome = await search(source, options);
  assert.equal(outcome.status, "done");
  return outcome.result;
}
/** All that does not tell time. */
const table = ({ trials }: SearchDocument) =>
  trials.map(({ trial, config, score, epochs, bestEpoch }) => ({ trial, config, score, epochs, bestEpoch }));
const journalOf = (out: string) => readFileSync(join(out, "journal.jsonl"), "utf8").trim().split("\n");

test("killed in the middle, with half a last line, it goes on to the same table; no trial runs twice", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "s.json");
  writeFileSync(file, JSON.stringify({ base, space, trials: 5 }));
  const whole = await found(file, { out: join(folder, "whole"), threads: 2 });
  const out = join(folder, "killed");
  const killed = await heddle(["search", file, "--out", out], {
    watch: (stderr, child) => {
      if (/trial 2,/.test(stderr)) child.kill("SIGKILL");
    },
  });
  assert.equal(killed.signal, "SIGKILL");
  const before = journalOf(out);
  assert.ok(before.length < 5, `${before.length} lines`);
  appendFileSync(join(out, "journal.jsonl"), '{"trial":3,"ru');
  const resumed = await found(file, { out, parallel: 2 });
  assert.deepEqual(table(resumed), table(whole));
  const after = journalOf(out);
  assert.deepEqual(after.slice(0, before.length), before);
  assert.equal(new Set(after.map((line) => (JSON.parse(line) as { trial: number }).trial)).size, 5);
  assert.ok(readFileSync(join(out, "search.svg"), "utf8").includes("Score against lr"));
  const score = resumed.trials.map((trial) => trial.score!);
  assert.deepEqual(
    score,
    [...score].sort((a, b) => a - b),
  );
  assert.deepEqual(resumed.best, resumed.trials[0]);
  // Another search does not write there; the same with more trials does.
  await assert.rejects(found({ base, space, trials: 5, seed: 3 }, { out }), refusal(2, /the folder of this search/));
  const more = await found({ base, space, trials: 6 }, { out });
  assert.deepEqual(
    table(more).filter(({ trial }) => trial < 6),
    table(whole),
  );
});

test("a trial that ends in NaN has no score, is last with its reason, and never the best", async (t) => {
  const variants = [
    { name: "wild", lr: 1e25 },
    { name: "plain", lr: 0.01 },
  ];
  const out = join(temporaryFolder(t), "s");
  const { trials, best } = await found({ base: { ...base, select: "accuracy" }, variants }, { out });
  assert.deepEqual(
    trials.map(({ name, score }) => [name, score === null]),
    [
      ["plain", false],
      ["wild", true],
    ],
  );
  assert.match(trials[1].reason ?? "", /NaN or infinity/);
  assert.equal(best?.name, "plain");
  await assert.rejects(
    found({ base, variants: variants.slice(0, 1) }, { out: `${out}-all` }),
    refusal(1, /expected a trial with a score, got 1 without one/),
  );
});

test("halving: trials of every rung have the bytes of runs that were never stopped", async (t) => {
  const out = join(temporaryFolder(t), "s");
  const halved = { ...base, epochs: 4, schedule: "cosine" };
  const plan = { base: halved, space, strategy: "halving", trials: 4, factor: 2 };
  const { trials, best } = await found(plan, { out });
  assert.deepEqual(
    trials.map(({ epochs }) => epochs),
    [4, 2, 1, 1],
  );
  assert.equal(journalOf(out).length, 4 + 2 + 1);
  const { lr, batchSize } = best!.config as { lr: number; batchSize: number };
  const alone = await train({ config: { ...halved, lr, batchSize, out: `${out}-alone` } });
  assert.equal(alone.status, "done");
  const result = JSON.parse(readFileSync(join(best!.run, "result.json"), "utf8")) as { weightsHash: string };
  assert.equal(result.weightsHash, alone.result.weightsHash);
});

test("train --seeds: each is the run of its own seed, 0 too; stopped, it goes on", async (t) => {
  const out = join(temporaryFolder(t), "seeds");
  const controller = new AbortController();
  const stopped = await trainRepeatedly({
    config: { ...base, seeds: 3, out },
    signal: controller.signal,
    onEvent: (event) => event.kind === "note" && event.text.startsWith("Seed 1") && controller.abort(),
  });
  assert.equal(stopped.status, "stopped");
  const outcome = await trainRepeatedly({ resume: out, config: { threads: 2 } });
  assert.equal(outcome.status, "done");
  const { runs, mean } = outcome.result;
  assert.deepEqual(
    runs.map(({ seed }) => seed),
    [0, 1, 2],
  );
  const hashes = runs.map(({ result }) => result.weightsHash);
  assert.equal(new Set(hashes).size, 3);
  const alone = await train({ config: { ...base, seed: 1, out: "none" } });
  assert.equal(alone.status === "done" && alone.result.weightsHash, hashes[1]);
  const accuracies = runs.map(({ result }) => Number((result.test as Record<string, unknown> | null)?.["accuracy"]));
  assert.ok(Math.abs(mean - accuracies.reduce((sum, value) => sum + value) / 3) < 1e-12);
  assert.ok(existsSync(join(out, "3", "model.safetensors")) && existsSync(join(out, "result.json")));
});

/** Twelve images of each of two classes, and their folder. */
function ownImages(t: TestContext): string {
  const folder = join(temporaryFolder(t), "own");
  for (const [label, name] of ["dark", "light"].entries()) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const pixels = Uint8Array.from({ length: 64 }, (_, p) => 200 * label + ((p * (i + 3)) % 17));
      writeFileSync(join(folder, name, `${i}.png`), encodePng({ width: 8, height: 8, channels: 1, pixels }));
    }
  }
  return folder;
}

test("train --folds: the parts have no sample in common and are all of them; a set with a test split has none", async (t) => {
  const own = ownImages(t);
  const config = { dataset: `folder:${own}`, model: "mlp:4", epochs: 1, threads: 1 };
  const outcome = await trainRepeatedly({ config: { ...config, folds: 5, out: `${own}-folds` } });
  assert.equal(outcome.status, "done");
  const { runs, split } = outcome.result;
  assert.equal(split, "test");
  const parts = runs.map(
    ({ run }) => (JSON.parse(readFileSync(join(run, "split.json"), "utf8")) as { test: number[] }).test,
  );
  assert.deepEqual(
    parts.flat().sort((a, b) => a - b),
    Array.from({ length: 24 }, (_, i) => i),
  );
  assert.deepEqual(parts.map(({ length }) => length).sort(), [4, 5, 5, 5, 5]);
  await assert.rejects(
    trainRepeatedly({ config: { ...base, folds: 2, out: `${own}-no` } }),
    refusal(2, /folds: expected a data set without a test split/),
  );
});
