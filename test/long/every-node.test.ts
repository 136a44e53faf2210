/** Tests of what a Node's own ways decide, under each version: how a thread ends, and how far JSON may nest. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fetchNode, nodePackage, nodeVersions } from "./nodes.js";

const home = mkdtempSync(join(tmpdir(), "heddle-nodes-"));
after(() => rmSync(home, { recursive: true }));
const files = ["robustness/rank-failures", "model/safetensors"];
const own = Object.entries(process.env).filter(([name]) => !/^NODE_(?:TEST_CONTEXT|OPTIONS)$/.test(name));
const env = Object.fromEntries(own);

function assertPasses(node: string, file: string): void {
  const command = ["--test-reporter=tap", fileURLToPath(new URL(`../${file}.test.js`, import.meta.url))];
  const { status, stdout, stderr } = spawnSync(node, command, { env, encoding: "utf8" });
  assert.equal(status, 0, `${file}:\n${stdout}${stderr}`);
  assert.match(stdout, /^# pass [1-9]\d*$/m, file);
}

for (const version of nodeVersions) {
  test(`Node ${version}`, (t) => {
    const node = fetchNode(home, version);
    if (node === null) return t.skip(`npm gives no ${nodePackage}@${version} here`);
    for (const file of files) assertPasses(node, file);
  });
}
