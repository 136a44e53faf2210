/** Every single bit of every file of a run with a checksum, and every length that it could be cut to. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { refusal } from "../run/refuses.js";
import { flipped, sealedFiles, truncated } from "../run/sealed.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-sealed-long-"));
after(() => rmSync(folder, { recursive: true }));

for (const { name, bytes, read } of sealedFiles(folder)) {
  test(`${name}: each of ${8 * bytes.length} bits and ${bytes.length} truncations is refused`, () => {
    read(bytes);
    const bits = Array.from({ length: 8 * bytes.length }, (_, bit) => bit);
    for (const { what, damaged } of flipped(bytes, bits)) assert.throws(() => read(damaged), refusal(3, /./), what);
    for (const { what, damaged } of truncated(bytes, 1)) assert.throws(() => read(damaged), refusal(3, /./), what);
  });
}
