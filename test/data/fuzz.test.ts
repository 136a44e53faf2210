/** Fuzzing, the short way: `bench/fuzz.mjs` does it with ten thousand inputs for each reader. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type FuzzedReader, fuzz } from "./fuzz.js";
import { fuzzedReaders } from "./fuzz-readers.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-fuzz-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A batch of CIFAR-10 has 30 MB, and a photograph may claim to be large. */
const inputsOf = ({ name }: FuzzedReader): number =>
  (({ jpeg: 60, "webp, gif, tiff, avif": 60 }) as Record<string, number>)[name] ?? 300;
/** Far above what any input takes, on a machine that does much else. */
const slowMs = 5000;

for (const reader of await fuzzedReaders(folder)) {
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
