/** The README's examples do what they say. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { exitMeanings } from "../../src/index.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

function run(t: { after(f: () => void): void }, args: (folder: string) => string[]) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-readme-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return spawnSync(process.execPath, args(folder), { cwd: folder, encoding: "utf8" });
}

test("the library example runs as written", (t) => {
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(code, "README.md has a block of JavaScript");
  const { status, stdout, stderr } = run(t, (folder) => {
    const file = join(folder, "example.mjs");
    writeFileSync(file, code.replace('"heddle"', JSON.stringify(join(root, "dist/src/index.js"))));
    return [file];
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^0\.9\d+ of 1000$/m);
});

test("the exit codes are those of the program", () => {
  for (const [code, meaning] of exitMeanings) assert.ok(readme.includes(`| ${code} | ${meaning} |`), meaning);
});

test("the CI snippet passes, and its output is the README's own", (t) => {
  const flags = /npx heddle train (--require-accuracy \S+)/.exec(readme)?.[1];
  assert.ok(flags, "README.md has a CI snippet");
  const { status, stdout, stderr } = run(t, () => [join(root, "bin/heddle.js"), "train", ...flags.split(" ")]);
  assert.equal(status, 0, stderr);
  const shown = /^test .*$/m.exec(readme)?.[0];
  assert.ok(shown && stdout.includes(shown), `README.md shows "${shown}", the run printed\n${stdout}`);
});
