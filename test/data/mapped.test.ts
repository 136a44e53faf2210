/** Sets that lie in a mapped file: the same bytes, the same hash and the same weights as in memory, cold and warm. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { canMap } from "../../src/base/map-file.js";
import { dataHash } from "../../src/data/data-hash.js";
import type { LoadOptions } from "../../src/data/dataset.js";
import { Stack } from "../../src/data/images/stack.js";
import { splitsOf } from "../../src/data/samples.js";
import { encodePng } from "../../src/formats/png.js";
import { evaluate, train } from "../../src/index.js";
import { configOf } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";
import { dataFolder, saying } from "./fixtures.js";
import { open, png } from "./pictures.js";

const skip = canMap() ? false : "no addon";
const [height, width] = [9, 7];

/** Sixty training and twenty test images of two classes; the first is grey, so that all become RGB on the way. */
function folder(t: TestContext): string {
  const image = (i: number): Uint8Array => png(i * 3, { height, width, channels: i === 0 ? 1 : 3 });
  const files = Array.from({ length: 80 }, (_, i): [string, Uint8Array] => [
    `${i < 60 ? "train" : "test"}/${i % 2 === 0 ? "ant" : "bee"}/${String(i).padStart(2, "0")}.png`,
    image(i),
  ]);
  const root = dataFolder(t, Object.fromEntries(files));
  for (const [name] of files) utimesSync(join(root, name), 1000, 1000);
  return root;
}

const load = async (root: string, options: LoadOptions) => (await open(`folder:${root}`, options)).dataset;

test("cold, warm and in memory: the same images, splits and hash", { skip }, async (t) => {
  const root = folder(t);
  const plain = await load(root, { cacheDir: join(dataFolder(t), "cache") });
  const cacheDir = join(dataFolder(t), "cache");
  const cold = await load(root, { cacheDir, mapFrom: 0 });
  const warm = await load(root, { cacheDir });
  assert.equal(readdirSync(cacheDir).length, 1, "nothing half-made is left");
  assert.deepEqual([plain.mapped, cold.mapped !== undefined, warm.mapped !== undefined], [undefined, true, true]);
  for (const found of [cold, warm]) {
    assert.equal(dataHash(found), dataHash(plain));
    const bytes = (of: typeof plain) => splitsOf(of).map(({ images, names }) => [Buffer.from(images), names]);
    assert.deepEqual(bytes(found), bytes(plain));
  }
  // Writing to a view changes nobody else's bytes.
  warm.train.images[0] ^= 255;
  assert.equal(dataHash({ ...(await load(root, { cacheDir })) }), dataHash(plain));
});

test("bad files leave no hole, and nothing stays where all are bad or sizes had to be chosen", { skip }, async (t) => {
  const root = folder(t);
  for (const name of ["train/ant/00.png", "train/bee/31.png", "test/bee/79.png"])
    writeFileSync(join(root, name), "bad");
  writeFileSync(
    join(root, "train/ant/58.png"),
    encodePng({ height: 4, width: 20, channels: 1, pixels: new Uint8Array(80).fill(7) }),
  );
  const plain = await load(root, { cacheDir: join(dataFolder(t), "cache"), skipBad: 3 });
  const cacheDir = join(dataFolder(t), "cache");
  const cold = await load(root, { cacheDir, mapFrom: 0, skipBad: 3 });
  assert.deepEqual([cold.train.count, cold.test?.count, dataHash(cold)], [58, 19, dataHash(plain)]);
  await assert.rejects(load(root, { cacheDir, mapFrom: 0 }), saying(3, "3 that do not"));
  assert.deepEqual(
    readdirSync(cacheDir).map((name) => /^images-\w+\.bin$/.test(name)),
    [true],
  );
  const allBad = dataFolder(t, { "a/1.png": "bad", "b/1.png": "bad" });
  const other = join(dataFolder(t), "cache");
  await assert.rejects(load(allBad, { cacheDir: other, mapFrom: 0 }), saying(3, "2 that do not"));
});

test("a mapped cache that was changed is noticed, and made again", { skip }, async (t) => {
  const root = folder(t);
  const cacheDir = join(dataFolder(t), "cache");
  const hash = dataHash(await load(root, { cacheDir, mapFrom: 0 }));
  const path = join(cacheDir, readdirSync(cacheDir)[0]);
  const whole = readFileSync(path);
  const damages = [
    (b: Buffer) => b.fill(1, 70_000, 70_001),
    (b: Buffer) => b.subarray(0, b.length - 9),
    (b: Buffer) => b.fill(0xff, 8, 16),
  ];
  for (const damage of damages) {
    writeFileSync(path, damage(Buffer.from(whole)));
    const { dataset, notes } = await open(`folder:${root}`, { cacheDir, mapFrom: 0 });
    assert.equal(dataHash(dataset), hash);
    assert.match(notes.join("\n"), /expected a cache as Heddle wrote it.* decoded again/);
  }
});

test("trained and evaluated from the mapped file, weights and scores are those from memory", {
  skip: skip || chosenBackend().name !== "native",
}, async (t) => {
  const root = folder(t);
  const before = process.env["HEDDLE_CACHE_DIR"];
  t.after(() =>
    before === undefined ? delete process.env["HEDDLE_CACHE_DIR"] : (process.env["HEDDLE_CACHE_DIR"] = before),
  );
  const results: unknown[] = [];
  const arenas: number[] = [];
  for (const mapFrom of [undefined, 0]) {
    const cacheDir = join(dataFolder(t), "cache");
    await load(root, { cacheDir, mapFrom });
    process.env["HEDDLE_CACHE_DIR"] = cacheDir;
    const out = join(dataFolder(t), "run");
    const settings = { model: "[[conv 8x3 >> relu] >> pool 2] >> fc 2", epochs: 3, threads: 2, batchSize: 16 };
    const config = configOf({
      dataset: `folder:${root}`,
      out,
      ...settings,
      augment: "flip horizontal, shift 0.1, noise 0.01",
    });
    const outcome = await train({ config, report: false });
    assert.ok(outcome.status === "done");
    const { weightsHash, test: tested, validation } = outcome.result;
    const { arenaBytes } = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as { arenaBytes: number };
    arenas.push(arenaBytes);
    const { confusion, score } = await evaluate({ path: out, split: "test", threads: 2 });
    results.push({ weightsHash, tested, validation, confusion, values: score.values });
  }
  assert.deepEqual(results[1], results[0]);
  assert.ok(arenas[0] - arenas[1] >= 80 * height * width * 3, "the images are not in the arena");
});

test("a split that no array can hold is refused with its first image, before the others are decoded", (t) => {
  const path = join(dataFolder(t), "cache", "images.bin");
  const photo = { height: 224, width: 224, channels: 3 as const, pixels: new Uint8Array(224 * 224 * 3) };
  const stack = (largest: number) => new Stack("folder:photos", 60_000, {}, path, largest);
  const parts = ["folder:photos", "at most 4294967295 bytes", "one split", "got 4515840000", "smaller imageSize"];
  assert.throws(() => stack(30_000).put(0, photo), saying(3, ...parts));
  if (!canMap()) return;
  const fits = stack(28_000);
  assert.equal(fits.put(0, photo), true);
  fits.discard();
});
