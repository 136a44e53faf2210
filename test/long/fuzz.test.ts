/** Fuzzing, the long way: ten thousand inputs for each reader, fewer where one input is large. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type FuzzedReader, fuzz } from "../data/fuzz.js";
import { fuzzedReaders } from "../data/fuzz-readers.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-fuzz-long-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A reader's own, Node's garbage and libvips' caches included: what the readers before it left in the process is not its. */
const allowedBytes = 250e6;

const inputsOf = ({ name }: FuzzedReader): number => ({ "cifar-10": 100, jpeg: 1_000 })[name] ?? 10_000;

for (const reader of await fuzzedReaders(folder)) {
  test(`fuzzing ${reader.name}: every input gives an error of our own or the right answer`, async () => {
    const { failures, refused, grewBytes } = await fuzz(reader, inputsOf(reader), 2);
    const found = failures.map(({ input, reason }) => `input ${input}: ${reason}`);
    assert.deepEqual(found, []);
    assert.ok(refused > 0, "the damage is noticed");
    assert.ok(grewBytes < allowedBytes, `${Math.round(grewBytes / 1e6)} MB more than before`);
  });
}
