/** A resume goes on with kernels that give the same bits, or says why it does not. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nativeStatus } from "../../src/kernels/native.js";
import { emptyFolder, heddle, type Outcome } from "../cli/heddle.js";

const { available, isas } = nativeStatus();
const skip = available && isas.some((isa) => isa.startsWith("avx")) ? false : "no AVX kernels here";
const short = ["train", "--epochs", "2", "--subset", "500"];

/** A run that was stopped in its first epoch, and one that was not. */
async function stopped(t: Parameters<typeof emptyFolder>[0]): Promise<{ cwd: string; hash: string }> {
  const cwd = emptyFolder(t);
  const whole = await heddle([...short, "--out", "whole", "--json"], { cwd });
  const half = await heddle([...short, "--out", "run"], {
    cwd,
    watch: (stderr, child) => {
      if (/epoch 1\/2/.test(stderr)) child.kill("SIGKILL");
    },
  });
  assert.notEqual(half.code, 0);
  return { cwd, hash: (JSON.parse(whole.stdout) as { weightsHash: string }).weightsHash };
}

const refused = ({ code, stderr }: Outcome, way: RegExp): void => {
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--resume, run\/run\.json: expected the kernels that the run was begun with \(avx/);
  assert.match(stderr, way);
};

test("other kernels are refused with the way out; AVX2 for AVX-512 is the same", { skip }, async (t) => {
  const { cwd, hash } = await stopped(t);
  const before = readFileSync(join(cwd, "run", "last.ckpt"));
  const resume = ["train", "--resume", "run", "--json"];
  refused(await heddle([...resume, "--backend", "reference"], { cwd }), /got typescript.*--backend native/);
  refused(await heddle(resume, { cwd, env: { HEDDLE_ISA: "generic" } }), /got generic, which round otherwise/);
  assert.deepEqual(readFileSync(join(cwd, "run", "last.ckpt")), before, "nothing was changed");
  const resumed = await heddle(resume, { cwd, env: { HEDDLE_ISA: "avx2" } });
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal((JSON.parse(resumed.stdout) as { weightsHash: string }).weightsHash, hash);
});

test("an addon of other sources: the first line, run.json and the result say so, --backend native refuses", async (t) => {
  const cwd = emptyFolder(t);
  // As where the addon was built before an update: its list of operations is another.
  const stale = `
    const module_ = require("node:module");
    const load = module_._extensions[".node"];
    module_._extensions[".node"] = (module, path) => {
      load(module, path);
      if (module.exports.operations) module.exports = { ...module.exports, operations: () => [] };
    };`;
  writeFileSync(join(cwd, "stale.cjs"), stale);
  const env = { NODE_OPTIONS: `--require ${join(cwd, "stale.cjs")}` };
  const run = await heddle(["train", "--epochs", "1", "--subset", "200", "--out", "run", "--json"], { cwd, env });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr.split("\n")[0], /^reference typescript \(no addon: .*built from other sources/);
  const saved = JSON.parse(readFileSync(join(cwd, "run", "run.json"), "utf8")) as { backendNote: string };
  const printed = JSON.parse(run.stdout) as { backendNote: string };
  assert.match(saved.backendNote, /built from other sources/);
  assert.equal(printed.backendNote, saved.backendNote);
  const native = await heddle(["train", "--backend", "native", "--out", "other"], { cwd, env });
  assert.equal(native.code, 1);
  assert.match(native.stderr, /--backend native: expected the native addon .*built from other sources/);
});
