/** Configuration files as attackers, accidents and other tools write them: one clear error with its place, never a crash. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfigFile } from "../../src/config/file.js";
import { refusal } from "../run/refuses.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-config-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "c.yaml");

/** Each list holds nine of the one before. */
const laughs = Array.from(
  { length: 9 },
  (_, i) =>
    `a${i}: &a${i} [${Array(9)
      .fill(i === 0 ? "x" : `*a${i - 1}`)
      .join()}]`,
);

const hostile: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  "an alias that leads nowhere": [
    "lr: *a",
    /c\.yaml:1:1 \(lr\): expected a plain value, got an error \(Unresolved alias/,
  ],
  "an alias that leads to itself": ["lr: &a [*a]", /\(lr\): expected a plain value, got one that contains itself/],
  "a map in itself": ["optimizer: &a {b: *a}", /\(optimizer\): expected a plain value, got one that contains itself/],
  "aliases of aliases, without end": [
    `lr: [{${laughs.join(", ")}}]`,
    /\(lr\): expected a plain value, got an error \(Excessive/,
  ],
  "brackets, as deep as it goes": [`lr: ${"[".repeat(100_000)}`, /expected valid YAML or JSON, got too many levels/],
  "a merge key": ["<<: *x", /c\.yaml:1:1: expected a key of the configuration, got <</],
  "a key of objects": ["__proto__: {lr: 1}", /expected a key of the configuration, got __proto__/],
  "a compound key": ["? [1, 2]\n: 3", /expected a key of the configuration, got \(a compound key\)/],
  "a key twice": ["lr: 1\nlr: 2", /c\.yaml:2:1: expected valid YAML or JSON/],
  "two documents": ["--- \nlr: 1\n--- \nlr: 2", /expected valid YAML or JSON, got a second document/],
  "a tag of bytes": ["lr: !!binary AAAA", /\(lr\): expected a number above 0/],
  "no number": ["lr: .nan", /\(lr\): expected a number above 0, got NaN/],
  "a list": ["- lr", /expected keys with values/],
  zeros: ["\0\0\0", /expected keys with values|expected valid YAML/],
};

for (const [name, [text, says]] of Object.entries(hostile)) {
  test(`${name} is refused`, async () => {
    writeFileSync(path, text);
    await assert.rejects(readConfigFile(path), refusal(2, says));
  });
}

test("an alias that leads somewhere is followed", async () => {
  writeFileSync(path, "epochs: &a 7\nseed: *a");
  assert.deepEqual(await readConfigFile(path), { epochs: 7, seed: 7 });
});

test("a file that is not there, or is a folder, is told in words", async () => {
  await assert.rejects(readConfigFile(join(folder, "no")), refusal(2, /--config .*no: .*got no such file or folder/));
  await assert.rejects(readConfigFile(folder), refusal(2, /got a folder/));
});

const misspelled: readonly (readonly [text: string, says: RegExp])[] = [
  ["groups:\n  - match: bias\n    decai: 0\n    lr: 1", /c\.yaml:3:5 \(groups\): .*got "decai"\. Did you mean decay\?/],
  ["groups:\n  - {mach: bias, lr: 1}", /c\.yaml:2:6 \(groups\): .*got "mach"\. Did you mean match\?/],
  [
    "groups:\n  - match: weight\n    optimizer: {name: sgd, momentun: 1}",
    /c\.yaml:3:28 \(groups\), weight, sgd: .*"momentun"\. Did you mean momentum\?/,
  ],
  ["groups:\n  - match: bias\n    lr: -1", /c\.yaml:3:9 \(groups\), bias, lr: expected a number above 0, got -1\./],
  ["groups:\n  - match: bias\n    frozen: 3", /c\.yaml:3:13 \(groups\), bias, frozen: expected true or false, got 3\./],
  ["groups:\n  - lr: 3", /c\.yaml:1:1 \(groups\): expected a match, as in \{match: bias, decay: 0\}/],
  ["lr: 1\noptimizer:\n  name: sgdd", /c\.yaml:3:9 \(optimizer\): .*Did you mean sgd\?/],
  ["optimizer:\n  name: sgd\n  momentum: 7", /c\.yaml:3:13 \(optimizer\), sgd momentum: .*below 1, got 7\./],
  ["schedule:\n  name: cosine\n  warmupp: 1", /c\.yaml:3:3 \(schedule\), cosine: .*Did you mean warmup\?/],
];

for (const [text, says] of misspelled) {
  test(`${JSON.stringify(text)}: the place of what is wrong, within its object`, async () => {
    writeFileSync(path, text);
    await assert.rejects(readConfigFile(path), refusal(2, says));
  });
}
