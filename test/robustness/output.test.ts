/** Output that cannot be written: a log costs nothing but itself; a result ends with one line and exit 1, never a stack. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { RunFolder } from "../../src/run/run-folder.js";
import { readResult } from "../../src/train/result-file.js";
import { heddle, type Outcome } from "../cli/heddle.js";

const bin = fileURLToPath(new URL("../../../bin/heddle.js", import.meta.url));

/** Heddle with what a shell does to its output, where `"$@"` is the command. */
function inShell(script: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const child = spawn("/bin/sh", ["-c", script, "sh", process.execPath, bin, ...args], { cwd });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

describe("output that cannot be written", { skip: process.platform !== "linux", concurrency: 2 }, () => {
  const cwd = mkdtempSync(join(tmpdir(), "heddle-output-"));
  after(() => rmSync(cwd, { recursive: true }));
  const short = ["train", "--epochs", "3", "--subset", "500", "--threads", "1", "--out"];
  const unwritable = /^heddle: stdout: expected to write the result, got .*\.$/;
  let hash: string;

  before(async () => {
    const { code, stdout, stderr } = await heddle([...short, "whole", "--json"], { cwd });
    assert.equal(code, 0, stderr);
    hash = (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
  });

  for (const log of ["2> /dev/full", "2>&-"]) {
    test(`a log that goes nowhere (${log}) does not end the training`, async () => {
      const { code, stdout } = await inShell(`exec "$@" ${log}`, [...short, `log${log.length}`, "--json"], cwd);
      assert.equal(code, 0);
      assert.equal((JSON.parse(stdout) as { weightsHash: string }).weightsHash, hash);
    });
  }

  test("nor does one that is full after a few lines", async () => {
    const args = [...short, "log-full", "--epochs", "20", "--json"];
    // A pipe whose reader leaves.
    const { code, stdout } = await inShell(`exec "$@" 2>&1 >result | head -2; cat result`, args, cwd);
    assert.equal(code, 0);
    assert.match(stdout, /"ended":"finished"/);
  });

  for (const args of [
    ["evaluate", "whole", "--json"],
    ["evaluate", "whole"],
    ["predict", "whole", "--index", "0"],
    ["summary", "lenet5"],
    ["data", "list"],
    ["train", "--print-config"],
    ["--help"],
    ["train", "--help"],
    ["--version"],
  ]) {
    test(`heddle ${args.join(" ")} > /dev/full`, async () => {
      const { code, stderr } = await inShell(`exec "$@" > /dev/full`, args, cwd);
      assert.equal(code, 1, stderr);
      const lines = stderr.trimEnd().split("\n");
      assert.match(lines[lines.length - 1], unwritable);
      assert.doesNotMatch(stderr, /unexpected|\n {4}at /);
    });
  }

  test("a result that stdout does not take is in result.json", async () => {
    const { code, stderr } = await inShell(`exec "$@" > /dev/full`, [...short, "kept", "--quiet"], cwd);
    assert.equal(code, 1);
    assert.match(stderr.trimEnd(), unwritable);
    assert.equal(readResult(new RunFolder(join(cwd, "kept"))).weightsHash, hash);
  });

  test("a file that takes half of the result is a failure too", async () => {
    const args = ["predict", "whole", "--index", "0..99", "--json"];
    const { code, stderr } = await inShell(`ulimit -f 2; exec "$@" > half`, args, cwd);
    assert.equal(code, 1, stderr);
    assert.match(stderr.trimEnd(), unwritable);
    assert.equal(statSync(join(cwd, "half")).size, 1024);
    assert.ok(readFileSync(join(cwd, "half"), "utf8").startsWith("{"));
  });

  test("with neither stdout nor stderr it ends with exit 1, and in silence", async () => {
    const outcome = await inShell(`exec "$@" > /dev/full 2> /dev/full`, ["evaluate", "whole"], cwd);
    assert.deepEqual(outcome, { code: 1, signal: null, stdout: "", stderr: "" });
  });
});
