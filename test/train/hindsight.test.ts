/** The last line of a run: no better than guessing, a loss that grew, a run that was not done. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Score } from "../../src/metrics/score.js";
import type { Session } from "../../src/run/session.js";
import { augmentFor, epochsFor } from "../../src/run/small-set.js";
import { hindsight } from "../../src/train/hindsight.js";
import { freshProgress, type Progress } from "../../src/train/progress.js";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { png } from "../data/pictures.js";

const samples = Uint32Array.from({ length: 200 }, (_, i) => i);
const split = { count: 200, images: new Uint8Array(200), labels: Uint16Array.from(samples, (i) => i % 2) };
const session = {
  config: { lr: 0.5, dataset: "folder:x", loss: { name: "cross-entropy" } },
  dataset: { classes: ["ant", "bee"], train: split, test: null },
  net: { layers: [{ spec: { type: "batch-norm", momentum: 0.1 } }] },
  train: samples,
  validation: samples,
  test: samples,
} as unknown as Session;

const score = (name: "train" | "validation" | "test", accuracy: number, loss = 0.5): Score => ({
  ...{ split: name, epoch: 1, weights: "best", averaged: false, augmented: false, samples: 200 },
  values: { accuracy, loss },
});
/** Of a run of four epochs. */
const after = (best: number, train: Score, last = train): Progress => ({
  ...freshProgress,
  epoch: 4,
  totalSteps: 200,
  best: { epoch: best, train, validation: score("validation", 0.9) },
  last: { train: last, validation: score("validation", 0.9) },
});

const said = (progress: Progress, tested: number, ended: "finished" | "early-stop" = "finished") => {
  const { guess, findings } = hindsight(session, progress, score("test", tested), ended);
  assert.deepEqual(guess, { chance: 0.5, always: { className: "ant", share: 0.5 } });
  return findings.map(({ id, evidence, fix }) => `${id}: ${evidence} ${fix}`);
};

test("an accuracy that guessing may have is called that, with what to try", () => {
  const [diverged, ...more] = said(after(4, score("train", 0.5, 30)), 0.55);
  assert.equal(more.length, 0);
  assert.match(
    diverged,
    /^no-better-than-guessing: .* 55\.00 % of the test split, and always saying ant gives 50\.00 %\./,
  );
  assert.match(diverged, /loss, 30\.0, is above that of guessing, 0\.693: .* Try --lr 0\.001\.$/);
  assert.match(said(after(4, score("train", 0.98)), 0.5)[0], /knows its training images \(98\.00 %\) and no others/);
  assert.match(said(after(4, score("train", 0.5)), 0.45)[0], /Try more --epochs, .*data show folder:x/);
  assert.deepEqual(said(after(3, score("train", 0.9)), 0.9), []);
});

test("running statistics that saw few updates are said", () => {
  const [young, ...more] = said({ ...after(3, score("train", 0.9)), totalSteps: 9 }, 0.9);
  assert.match(young, /^young-statistics: .* saw 9 updates: 38\.74 % of them is what they began with/);
  assert.equal(more.length, 0);
});

test("a last epoch that was the best, and a loss that grew, are said", () => {
  assert.match(said(after(4, score("train", 0.9)), 0.9)[0], /^still-improving: Epoch 4.* Try --epochs 8\.$/);
  assert.deepEqual(said(after(4, score("train", 0.9)), 0.9, "early-stop"), []);
  const [grew] = said(after(2, score("train", 0.9, 0.3), score("train", 0.8, 0.6)), 0.9);
  assert.match(grew, /^loss-grew: .* from 0\.300 in epoch 2 to 0\.600 in epoch 4\. Try --lr 0\.001/);
});

test("small sets get updates, and augmentation that suits photographs or drawings", () => {
  assert.deepEqual(
    [epochsFor(60, 1, 15), epochsFor(400, 7, 15), epochsFor(4000, 63, 15), epochsFor(60_000, 938, 15)],
    [200, 58, 15, 15],
  );
  const shape = { height: 8, width: 8, channels: 3 };
  const [mixed, plain] = [
    { dark: 0.4, bright: 0.3 },
    { dark: 0, bright: 1 },
  ];
  assert.match(augmentFor(60, shape, mixed), /^flip horizontal/);
  assert.doesNotMatch(augmentFor(60, shape, plain) + augmentFor(60, { ...shape, channels: 1 }, mixed), /flip/);
  assert.equal(augmentFor(60_000, shape, mixed), "none");
});

test("what was chosen is said and kept; the set is found from elsewhere, and unexpanded paths are told", async (t) => {
  const cwd = emptyFolder(t);
  for (const [name, first] of [
    ["a/1", 0],
    ["a/2", 9],
    ["b/1", 200],
    ["b/2", 230],
  ] as const) {
    mkdirSync(join(cwd, "own", name[0]), { recursive: true });
    writeFileSync(join(cwd, "own", `${name}.png`), png(first));
  }
  const env = { HEDDLE_CACHE_DIR: join(cwd, "cache") };
  const args = ["train", "--dataset", "folder:own", "--model", "mlp:3", "--threads", "1", "--max-steps", "3"];
  const { code, stderr, stdout } = await heddle([...args, "--validation", "0", "--out", "run", "--json"], { cwd, env });
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /Chosen for a set of 4 images: 200 epochs of 1 update \(--epochs\), augmentation \(--augment\)\./,
  );
  assert.match(stderr, /augmented: rotate 8deg, shift 0\.08, zoom 0\.08/);
  const run = JSON.parse(readFileSync(join(cwd, "run", "run.json"), "utf8")) as Record<string, unknown>;
  assert.deepEqual(
    [run["datasetPath"], (run["config"] as { dataset: string }).dataset],
    [join(cwd, "own"), "folder:own"],
  );
  assert.equal((JSON.parse(stdout) as { guess: { chance: number } }).guess.chance, 0.5);
  const elsewhere = emptyFolder(t);
  const evaluated = await heddle(["evaluate", join(cwd, "run"), "--json"], { cwd: elsewhere, env });
  assert.equal(evaluated.code, 0, evaluated.stderr);
  const more = ["train", "--resume", join(cwd, "run"), "--max-steps", "4", "--quiet"];
  assert.equal((await heddle(more, { cwd: elsewhere, env })).code, 0);
  renameSync(join(cwd, "own"), join(elsewhere, "own"));
  const moved = await heddle(["evaluate", join(cwd, "run"), "--json"], { cwd: elsewhere, env });
  assert.equal(moved.code, 0, "as it was typed, where nothing is left in the old place");
  const tilde = await heddle(["data", "info", "folder:~/own"], { cwd });
  assert.match(
    tilde.stderr,
    /no such file or folder\. The shell does not expand ~ within a word: write folder:"\$HOME"\/own\./,
  );
  assert.match((await heddle(["data", "info", "csv:$D/x.csv"], { cwd })).stderr, /\$D came unexpanded/);
});
