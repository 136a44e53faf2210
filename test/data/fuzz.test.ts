/** Fuzzing, the short way: `bench/fuzz.mjs` does it with ten thousand inputs for each reader. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { schemes } from "../../src/data/index.js";
import { type FuzzedReader, fuzz } from "./fuzz.js";
import { fuzzedReaders } from "./fuzz-readers.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-fuzz-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A batch of CIFAR-10 has 30 MB, and a photograph may claim to be large. */
const inputsOf = ({ name }: FuzzedReader): number =>
  (({ jpeg: 60, "webp, gif, tiff, avif": 60 }) as Record<string, number>)[name] ?? 300;
/** Far above what any input takes, on a machine that does much else. */
const slowMs = 5000;

const images = ["png", "jpeg", "webp, gif, tiff, avif"];
/** What reads the files of each form. */
const readersOf: Readonly<Record<string, readonly string[]>> = {
  folder: images,
  labels: ["table of file names", ...images],
  zip: ["zip of folders", ...images],
  tar: ["tar.gz", ...images],
  parquet: ["parquet", ...images],
  targets: ["targets", ...images],
  csv: ["csv of one's own"],
  npz: ["npy", "npz"],
  idx: ["idx images", "idx labels", "idx wide", "idx.gz images", "idx.gz labels", "idx.gz wide"],
  pickle: ["pickle"],
};

const readers = await fuzzedReaders(folder);

test("fuzzing: every form of data has readers, and all of them are fuzzed", () => {
  assert.deepEqual(
    Object.keys(readersOf),
    schemes.map(({ name }) => name),
  );
  const names = new Set(readers.map(({ name }) => name));
  for (const [form, needed] of Object.entries(readersOf)) for (const name of needed) assert.ok(names.has(name), form);
});

for (const reader of readers) {
  test(`fuzzing ${reader.name}: whole files are read`, async () => {
    for (const seed of reader.seeds) await reader.read(seed);
  });

  test(`fuzzing ${reader.name}: an error of our own, or the right answer, and soon`, async () => {
    const { failures, refused, slowestMs } = await fuzz(reader, inputsOf(reader), 1);
    assert.deepEqual(
      failures.map(({ input, reason }) => `input ${input}: ${reason}`),
      [],
    );
    assert.ok(refused > 0, "the damage is noticed");
    assert.ok(slowestMs < slowMs, `${slowestMs} ms`);
  });
}
