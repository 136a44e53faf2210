/** CIFAR-10 from crafted files: sparse batches of black images with a few records written into them. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import { cifar10 } from "../../src/data/cifar-10.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { readModel } from "../../src/model/model-file.js";
import { train } from "../../src/train/trainer.js";
import { dataFolder, saying } from "./fixtures.js";

const names = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"];
const records = 10_000;
const record = 3073;

/** A batch whose last record has this label and one pixel of one color, at row 1, column 2. */
function batch(label: number): Buffer {
  const bytes = Buffer.alloc(records * record);
  const last = (records - 1) * record;
  bytes[last] = label;
  for (const [channel, value] of [10, 20, 30].entries()) bytes[last + 1 + 1024 * channel + 32 + 2] = value + label;
  return bytes;
}

/** A data folder with the batches of these indexes, the label of each being its index. */
function cifar(t: TestContext, indexes: readonly number[]): string {
  return dataFolder(t, Object.fromEntries(indexes.map((i) => [`cifar-10/${names[i]}.bin`, batch(i)])));
}

const all = [0, 1, 2, 3, 4, 5];

test("cifar-10: batches in order, planes as channels last", async (t) => {
  const dataDir = cifar(t, [1, 2, 3, 4, 5]);
  writeFileSync(join(dataDir, "cifar-10", "data_batch_1.bin.gz"), gzipSync(batch(0), { level: 1 }));
  const { shape, train, test, notes, incomplete, classes } = await cifar10.load({ dataDir });
  assert.deepEqual(shape, { height: 32, width: 32, channels: 3 });
  assert.deepEqual([train.count, test?.count], [50_000, 10_000]);
  assert.deepEqual([notes, incomplete], [[], undefined]);
  assert.deepEqual([classes[0], classes[9]], ["airplane", "truck"]);
  for (const i of [0, 1, 2, 3, 4]) {
    const sample = (i + 1) * records - 1;
    assert.equal(train.labels[sample], i);
    const pixel = sample * 3072 + (32 + 2) * 3;
    assert.deepEqual([...train.images.subarray(pixel - 3, pixel + 6)], [0, 0, 0, 10 + i, 20 + i, 30 + i, 0, 0, 0]);
  }
  assert.equal(test?.labels[records - 1], 5);
});

test("cifar-10: the class names of batches.meta.txt, where it lies there", async (t) => {
  const dataDir = cifar(t, all);
  const path = join(dataDir, "cifar-10", "batches.meta.txt");
  writeFileSync(path, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  assert.deepEqual((await cifar10.load({ dataDir })).classes, [..."abcdefghij"]);
  writeFileSync(path, "a\nb\n");
  await assert.rejects(
    cifar10.load({ dataDir }),
    saying(3, `${path.replace("batches.meta.txt", "data_batch_3.bin")} at byte`, "a label 0..1"),
  );
  writeFileSync(path, "a\n");
  await assert.rejects(cifar10.load({ dataDir }), saying(3, path, "2 to 10 class names", "got 1"));
});

test("cifar-10: a missing batch is named; --allow-missing goes on without it and says so", async (t) => {
  const dataDir = cifar(t, [0, 2, 5]);
  const missing = "got no data_batch_2.bin.gz, data_batch_4.bin.gz, data_batch_5.bin.gz.";
  await assert.rejects(cifar10.load({ dataDir }), saying(3, missing, "--allow-missing", "cifar-10-binary.tar.gz"));
  const { train, notes, incomplete } = await cifar10.load({ dataDir, allowMissing: true });
  assert.equal(train.count, 20_000);
  assert.deepEqual([train.labels[9999], train.labels[19_999]], [0, 2]);
  assert.deepEqual(incomplete, ["data_batch_2.bin", "data_batch_4.bin", "data_batch_5.bin"]);
  assert.match(notes.join(), /without data_batch_4\.bin/);
});

test("cifar-10: no test batch means no test split; no training batch is refused even so", async (t) => {
  const dataDir = cifar(t, [0]);
  const dataset = await cifar10.load({ dataDir, allowMissing: true });
  assert.equal(dataset.test, null);
  assert.ok(dataset.incomplete?.includes("test_batch.bin"));
  rmSync(join(dataDir, "cifar-10", "data_batch_1.bin"));
  await assert.rejects(cifar10.load({ dataDir, allowMissing: true }), saying(3, "no data_batch_1.bin.gz"));
});

test("cifar-10: a run records what was missing, in run.json and in the model file", async (t) => {
  const bytes = Buffer.alloc(records * record);
  for (let i = 0; i < records; i++) bytes.writeUInt32LE(i + 1, i * record + 500 + (bytes[i * record] = i % 2));
  const dataDir = dataFolder(t, { "cifar-10/data_batch_1.bin": bytes, "cifar-10/test_batch.bin": bytes });
  const out = join(dataDir, "run");
  const config = { dataset: "cifar-10", dataDir, allowMissing: true, subset: 100, model: "mlp:2", epochs: 1, out };
  const outcome = await train({ config: { ...config, threads: 1 } });
  assert.equal(outcome.status, "done");
  const run = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as { incomplete: string[] };
  assert.deepEqual(run.incomplete, ["data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"]);
  const { model } = readModel(join(out, "model.safetensors"));
  assert.match(model.provenance.notes.join(), /without data_batch_5\.bin/);
  // It may be evaluated on what it was trained on, without being told again.
  const evaluated = await evaluate({ path: out, dataDir, split: "test", threads: 1, backend: "auto" });
  assert.equal(evaluated.score.samples, records);
});

test("cifar-10: a file of another size or with another label is refused, by byte", async (t) => {
  const dataDir = cifar(t, all);
  const path = join(dataDir, "cifar-10", "data_batch_3.bin");
  const bytes = readFileSync(path);
  bytes[5 * record] = 10;
  writeFileSync(path, bytes);
  await assert.rejects(cifar10.load({ dataDir }), saying(3, `${path} at byte ${5 * record}`, "a label 0..9", "got 10"));
  writeFileSync(path, bytes.subarray(0, 9 * record + 1));
  await assert.rejects(
    cifar10.load({ dataDir }),
    saying(3, path, "records of 3073 bytes", `got ${9 * record + 1} bytes`),
  );
  writeFileSync(path, new Uint8Array(0));
  await assert.rejects(cifar10.load({ dataDir }), saying(3, path, "records of 3073 bytes", "got 0 bytes"));
});

/** The same files as one archive. */
async function pack(t: TestContext, entries: TarEntry[]): Promise<string> {
  const dataDir = dataFolder(t);
  mkdirSync(join(dataDir, "cifar-10"));
  const archive = gzipSync(await packTar(entries), { level: 1 });
  writeFileSync(join(dataDir, "cifar-10", "cifar-10-binary.tar.gz"), archive);
  return dataDir;
}
const entry = (name: string, body: Uint8Array): TarEntry => ({ header: { name, size: body.length }, body });
const batches = (indexes: readonly number[], folder = "cifar-10-batches-bin/"): TarEntry[] =>
  indexes.map((i) => entry(`${folder}${names[i]}.bin`, batch(i)));

test("cifar-10: the archive gives what the files give, and nothing is unpacked by path", async (t) => {
  const link = { name: "cifar-10-batches-bin/data_batch_1.bin", type: "symlink", linkname: "/etc/passwd", size: 0 };
  const others: TarEntry[] = [
    { header: link as TarEntry["header"] },
    entry("cifar-10-batches-bin/readme.html", Buffer.from("hello")),
    ...batches([1, 2, 3, 4, 5], "../../"),
  ];
  const dataDir = await pack(t, [...others, ...batches([0])]);
  const packed = await cifar10.load({ dataDir });
  const loose = await cifar10.load({ dataDir: cifar(t, all) });
  for (const split of ["train", "test"] as const) {
    assert.ok(Buffer.compare(packed[split]!.images, loose[split]!.images) === 0);
    assert.deepEqual(packed[split]!.labels, loose[split]!.labels);
  }
  assert.deepEqual(readdirSync(join(dataDir, "cifar-10")), ["cifar-10-binary.tar.gz"]);
});

test("cifar-10: what is not there as a file comes out of the archive, which holds more", async (t) => {
  const dataDir = await pack(t, batches(all));
  for (const i of [0, 1, 2, 3, 5]) writeFileSync(join(dataDir, "cifar-10", `${names[i]}.bin`), batch(i));
  const { train, incomplete } = await cifar10.load({ dataDir });
  assert.deepEqual([train.count, train.labels[5 * records - 1], incomplete], [50_000, 4, undefined]);
});

test("cifar-10: an archive without a batch, of wrong sizes, broken or bursting is refused", async (t) => {
  const some = await pack(t, batches([0, 5]));
  await assert.rejects(cifar10.load({ dataDir: some }), saying(3, "got no data_batch_2.bin.gz", "--allow-missing"));
  assert.equal((await cifar10.load({ dataDir: some, allowMissing: true })).train.count, records);

  const path = join(some, "cifar-10", "cifar-10-binary.tar.gz");
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length >> 1));
  await assert.rejects(cifar10.load({ dataDir: some }), saying(3, path, "a whole tar archive", "cut short"));
  writeFileSync(path, "not an archive");
  await assert.rejects(cifar10.load({ dataDir: some }), saying(3, path, "a whole tar archive"));
  writeFileSync(path, "<!doctype html>");
  await assert.rejects(cifar10.load({ dataDir: some }), saying(3, path, "a tar archive", "a web page (HTML)"));

  const bomb = await pack(t, [entry("zeros", Buffer.alloc(4e8))]);
  await assert.rejects(cifar10.load({ dataDir: bomb }), saying(3, "no more than", "unpacked"));
});
