/** docs/models.md says what is: every preset's counts, every word, its examples. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../../src/base/errors.js";
import { layers } from "../../src/nn/layers/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet, presets } from "../../src/zoo/index.js";

const page = readFileSync(fileURLToPath(new URL("../../../docs/models.md", import.meta.url)), "utf8");
const block = (kind: string, from = ""): string =>
  new RegExp(`\`\`\`${kind}\n(${from}[^\`]*)\n\`\`\``).exec(page)?.[1] ?? assert.fail(`no block ${kind} ${from}`);

test("the table of nets", () => {
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (\d+)x(\d+)x(\d+) \| (\d+) \| ([\d,]+) \| ([\d,]*) ?\|/gm)];
  const number = (text: string): number => Number(text.replaceAll(",", ""));
  assert.deepEqual(rows.map(([, name]) => name).sort(), presets.map(({ name }) => name).sort());
  for (const [, name, height, width, channels, classes, parameters, statistics] of rows) {
    const net = resolveNet(buildNet(name, {}));
    const { input } = net.spec;
    assert.deepEqual(
      [input.height, input.width, input.channels, net.spec.classes, net.parameterCount, net.statisticCount],
      [height, width, channels, classes, parameters, statistics].map(number),
      name,
    );
  }
});

test("the table of words", () => {
  const table = page.slice(page.indexOf("| word |"), page.indexOf("Padding: none"));
  for (const { notation, type } of layers) {
    const usages = notation.usage.split(" or ").map((usage) => `\`${usage.replaceAll("|", "\\|")}\``);
    assert.ok(
      usages.every((usage) => table.includes(usage)),
      `${type}: ${notation.usage}`,
    );
  }
});

test("the sentences and the JSON net build, the mistake reads as shown", (t) => {
  resolveNet(buildNet(block("", "\\[\\[conv"), { input: { height: 32, width: 32, channels: 3 }, classes: 10 }));
  const folder = mkdtempSync(join(tmpdir(), "heddle-models-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "net.json");
  writeFileSync(path, block("json"));
  const net = resolveNet(buildNet(path, { input: { height: 8, width: 8, channels: 1 } }));
  assert.equal(net.spec.classes, 10);

  const [command, ...shown] = block("", "\\$ heddle summary").split("\n");
  const [, sentence] = /"(.*)"/.exec(command) ?? [];
  assert.throws(
    () => buildNet(sentence, {}),
    (error: unknown) => error instanceof HeddleError && `heddle: ${error.message}` === shown.join("\n"),
  );
});
