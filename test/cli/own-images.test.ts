/** A user's own images on the command line: what is said, where, and with which exit code. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { needsRealData, realDataDir } from "../data/fixtures.js";
import { png } from "../data/pictures.js";
import { emptyFolder, heddle, type Outcome } from "./heddle.js";

/** A working folder with `photos/`: twelve images of two classes in each split. */
function photos(t: TestContext): string {
  const cwd = emptyFolder(t);
  for (const split of ["train", "test"]) {
    for (let i = 0; i < 12; i++) {
      const path = join(cwd, "photos", split, i % 2 === 0 ? "dark" : "light", `${i}.png`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, png(i % 2 === 0 ? i : 200 + i));
    }
  }
  return cwd;
}

const short = ["--model", "mlp:4", "--epochs", "1", "--threads", "1"];

/** Trains in `cwd` with a cache of its own. */
const trainIn = (cwd: string, more: readonly string[] = [], cache = "cache"): Promise<Outcome> =>
  heddle(["train", "--dataset", "folder:photos", ...short, ...more], {
    cwd,
    env: { HEDDLE_CACHE_DIR: join(cwd, cache) },
  });

test("a folder trains, evaluates and predicts, and its name is in the run's", async (t) => {
  const cwd = photos(t);
  const { code, stdout, stderr } = await trainIn(cwd, ["--json", "--image-size", "4x5"]);
  assert.equal(code, 0, stderr);
  const { run, dataset } = JSON.parse(stdout) as { run: string; dataset: string };
  assert.deepEqual([run, dataset], ["runs/1-folder-photos-mlp-4", "folder:photos"]);
  const evaluated = await heddle(["evaluate", "--json"], { cwd });
  assert.equal(evaluated.code, 0, evaluated.stderr);
  const { confusion } = JSON.parse(evaluated.stdout) as { confusion: number[][] };
  assert.deepEqual(
    confusion.map((row) => row.reduce((sum, count) => sum + count)),
    [6, 6],
  );
  const predicted = await heddle(["predict", "--index", "0..2"], { cwd });
  assert.equal(predicted.code, 0, predicted.stderr);
  assert.match(predicted.stdout, /dark|light/);
});

test("a set that nothing can be learned from ends with exit 3, says what was found, and leaves no run", async (t) => {
  const cwd = emptyFolder(t);
  for (const name of ["dark/1.png", "dark/2.png", "light/1.png", "light/2.png"]) {
    const path = join(cwd, "photos", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, encodePng({ height: 2, width: 2, channels: 1, pixels: new Uint8Array(4) }));
  }
  const { code, stdout, stderr } = await trainIn(cwd);
  assert.deepEqual([code, stdout], [3, ""]);
  assert.match(
    stderr,
    /^heddle: folder:photos: expected data that something can be learned from, .* \(all-blank\)\.\n/,
  );
  assert.match(stderr, /^ {2}error: All 4 images of the train split are one color/m);
  assert.deepEqual(readdirSync(cwd).sort(), ["cache", "photos"]);
});

test("images of different sizes are brought to one, which is said, and is the model's", async (t) => {
  const cwd = photos(t);
  writeFileSync(join(cwd, "photos/train/light/big.png"), png(1, { height: 9, width: 9 }));
  const { code, stderr } = await trainIn(cwd);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Images of different sizes \(3 wide, 2 high to 9 wide, 9 high\) were brought to 3 wide, 2 high/);
  const evaluated = await heddle(["evaluate"], { cwd });
  assert.equal(evaluated.code, 0, evaluated.stderr);
});

test("bad files are passed over as far as --skip-bad goes, and named", async (t) => {
  const cwd = photos(t);
  writeFileSync(join(cwd, "photos/train/light/bad.png"), "no image");
  const refused = await trainIn(cwd);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /got 1 that does not\. --skip-bad 1 goes on without it\.\n {2}train\/light\/bad\.png: /);
  const { code, stderr } = await trainIn(cwd, ["--skip-bad", "1"]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /warning: Passed over 1 image that does not decode: train\/light\/bad\.png/);
  const again = await heddle(["evaluate"], { cwd });
  assert.equal(again.code, 0, "the model remembers what was passed over");
  const model = readFileSync(join(cwd, "runs/1-folder-photos-mlp-4/model.safetensors"), "latin1");
  assert.ok(model.includes("Passed over 1 image that does not decode: train/light/bad.png"));
});

test("a cache that cannot be written costs two lines, a damaged one a line, with --quiet none", async (t) => {
  const cwd = photos(t);
  const lines = ({ code, stderr }: Outcome): string[] => {
    assert.equal(code, 0, stderr);
    return stderr.split("\n").filter((line) => /cache|HEDDLE_CACHE_DIR|decoded images/.test(line));
  };
  writeFileSync(join(cwd, "file"), "");
  assert.equal(lines(await trainIn(cwd, [], "file")).length, 2);
  assert.equal(lines(await trainIn(cwd, ["--quiet"], "file")).length, 0);
  assert.equal(lines(await trainIn(cwd)).length, 0);
  const path = join(cwd, "cache", readdirSync(join(cwd, "cache"))[0]);
  writeFileSync(path, readFileSync(path).subarray(1));
  const told = lines(await trainIn(cwd));
  assert.equal(told.length, 1);
  assert.match(told[0], /images-\w+\.bin: expected a cache as Heddle wrote it.* decoded again/);
  assert.equal(lines(await trainIn(cwd)).length, 0);
});

test("bugnist2d trains, and its confusion matrix has 12 classes", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const cwd = emptyFolder(t);
  const env = { HEDDLE_DATA_DIR: realDataDir! };
  const settings = ["--dataset", "bugnist2d", "--subset", "1200", "--epochs", "3", "--out", "bugs", "--json"];
  const trained = await heddle(["train", ...settings], { cwd, env });
  assert.equal(trained.code, 0, trained.stderr);
  const { test: score } = JSON.parse(trained.stdout) as { test: { accuracy: number } };
  // A guess is right once in twelve.
  assert.ok(score.accuracy > 0.4, `${score.accuracy}`);
  const evaluated = await heddle(["evaluate", "bugs"], { cwd, env });
  assert.equal(evaluated.code, 0, evaluated.stderr);
  assert.match(evaluated.stdout, /small-cnn on bugnist2d \(test, 1,200 samples, best weights, epoch \d\)/);
  assert.match(evaluated.stdout, /^WO +(?:[\d·]+ +){12}[\d.]+ %$/m);
});
