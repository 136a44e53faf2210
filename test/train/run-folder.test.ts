import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HeddleError } from "../../src/errors.js";
import { createRunFolder, newestRun, openRunFolder, resolveModelPath, RunFolder } from "../../src/train/run-folder.js";

const root = mkdtempSync(join(tmpdir(), "heddle-run-"));
after(() => rmSync(root, { recursive: true }));
const fresh = () => mkdtempSync(join(root, "r-"));
const request = { out: undefined, dataset: "mnist", model: "dtu-mlp" };

function refuses(call: () => unknown, exitCode: number, says: RegExp): void {
  assert.throws(call, (error: unknown) => {
    assert.ok(error instanceof HeddleError && error.exitCode === exitCode, String(error));
    assert.match(error.message, says);
    return true;
  });
}

test("runs are numbered, whatever data set and model they are of", () => {
  const runs = join(fresh(), "runs");
  assert.equal(createRunFolder(request, runs).path, join(runs, "1-mnist-dtu-mlp"));
  assert.equal(createRunFolder({ ...request, model: "mlp:999-299" }, runs).path, join(runs, "2-mnist-mlp-999-299"));
  mkdirSync(join(runs, "41-by-hand"));
  mkdirSync(join(runs, "notes"));
  assert.equal(createRunFolder({ ...request, dataset: "../x" }, runs).path, join(runs, "42-..-x-dtu-mlp"));
  const own = createRunFolder({ ...request, dataset: "folder:/home/ada/my photos/" }, runs);
  assert.equal(own.path, join(runs, "43-folder-my-photos-dtu-mlp"));
  assert.equal(readdirSync(runs).length, 6);
});

test("runs that start at once get numbers of their own", async () => {
  const runs = join(fresh(), "runs");
  const module = new URL("../../src/train/run-folder.js", import.meta.url).href;
  const script = `const { createRunFolder } = await import(${JSON.stringify(module)});
    for (let i = 0; i < 20; i++) createRunFolder({ dataset: "d" + process.pid, model: "m" + i }, ${JSON.stringify(runs)});`;
  const children = [0, 1, 2].map(() =>
    spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" }),
  );
  for (const child of children) if (child.exitCode === null) await once(child, "exit");
  const names = readdirSync(runs);
  assert.ok(names.every((name) => /^\d+-d\d+-m\d+$/.test(name)));
  assert.equal(names.length, 60);
  assert.equal(new Set(names.map((name) => name.split("-")[0])).size, 60);
});

test("--out takes an absent or an empty folder", () => {
  const out = join(fresh(), "a", "b");
  assert.equal(createRunFolder({ ...request, out }).path, out);
  assert.equal(createRunFolder({ ...request, out }).path, out);
  writeFileSync(join(out, "something"), "");
  refuses(
    () => createRunFolder({ ...request, out }),
    2,
    /--out .*: expected an absent or empty folder, got one with 1 entries \(something\)/,
  );
  refuses(() => createRunFolder({ ...request, out: join(out, "something") }), 2, /got a file/);
});

test("a place where no folder can be made fails the run", () => {
  const folder = fresh();
  writeFileSync(join(folder, "file"), "");
  refuses(
    () => createRunFolder({ ...request, out: join(folder, "file", "run") }),
    1,
    /run: expected to make this folder, got a path through something that is not a folder/,
  );
  refuses(() => createRunFolder(request, join(folder, "file")), 1, /expected to make this folder/);
  assert.deepEqual(readdirSync(folder), ["file"]);
});

test("a folder without permission fails the run", { skip: process.getuid?.() === 0 }, () => {
  const folder = fresh();
  mkdirSync(join(folder, "locked"), { mode: 0o555 });
  refuses(() => createRunFolder({ ...request, out: join(folder, "locked", "x") }), 1, /permission denied/);
  refuses(() => createRunFolder(request, join(folder, "locked")), 1, /permission denied/);
  const run = createRunFolder({ ...request, out: join(folder, "locked") });
  refuses(() => run.writeRun({}), 1, /permission denied/);
});

test("run.json goes round; a broken one is refused", () => {
  const run = new RunFolder(fresh());
  run.writeRun({ schema: 1, seed: 3 });
  assert.deepEqual(run.readRun(), { schema: 1, seed: 3 });
  assert.equal(readFileSync(run.runFile, "utf8"), '{\n  "schema": 1,\n  "seed": 3\n}\n');
  writeFileSync(run.runFile, '{"schema":');
  refuses(() => run.readRun(), 3, /run\.json: expected JSON/);
  rmSync(run.runFile);
  refuses(() => run.readRun(), 3, /run\.json.*no such file/);
});

test("metrics grow by lines and are cut back to what a checkpoint knows", () => {
  const run = new RunFolder(fresh());
  run.appendMetrics({ kind: "epoch", epoch: 1 });
  const length = run.syncMetrics();
  assert.equal(length, Buffer.byteLength('{"kind":"epoch","epoch":1}\n'));
  run.appendMetrics({ kind: "epoch", epoch: 2 });
  run.close();
  const resumed = new RunFolder(run.path);
  resumed.truncateMetrics(length);
  resumed.appendMetrics({ again: true });
  resumed.close();
  assert.equal(readFileSync(run.metricsFile, "utf8"), '{"kind":"epoch","epoch":1}\n{"again":true}\n');
  refuses(() => resumed.truncateMetrics(1000), 3, /metrics\.jsonl: expected the 1000 bytes .*, got 42/);
  resumed.close();
  refuses(
    () => new RunFolder(join(root, "absent")).appendMetrics({}),
    1,
    /metrics\.jsonl: expected to write this file/,
  );
});

test("a run is opened for a resume, swept of half-written files", () => {
  const run = new RunFolder(fresh());
  refuses(() => openRunFolder(run.path), 3, /expected the folder of a run, got a folder without run\.json/);
  refuses(() => openRunFolder(join(run.path, "no")), 3, /got no such folder/);
  run.writeRun({});
  const left = join(run.path, ".last.ckpt.123.tmp");
  writeFileSync(left, "half");
  assert.equal(openRunFolder(run.path).path, run.path);
  assert.ok(!existsSync(left) && existsSync(run.runFile));
});

test("the newest run is the one with the highest number that has a model", () => {
  const runs = fresh();
  assert.equal(newestRun(runs), undefined);
  assert.equal(newestRun(join(runs, "absent")), undefined);
  for (const name of ["9-a", "10-b", "11-c", "plan"]) mkdirSync(join(runs, name));
  for (const name of ["9-a", "10-b", "plan"]) writeFileSync(join(runs, name, "model.safetensors"), "");
  writeFileSync(join(runs, "11-c", "run.json"), "{}");
  assert.equal(newestRun(runs), join(runs, "10-b"));
  assert.equal(newestRun(runs, "runFile"), join(runs, "11-c"));
});

test("a model is found by file, by run, or as the newest", () => {
  const runs = fresh();
  refuses(() => resolveModelPath(undefined, runs), 3, /expected a run with a model\.safetensors, got none/);
  refuses(() => resolveModelPath(undefined, join(runs, "absent")), 3, /got no such folder\. Train one first/);
  const run = join(runs, "1-a");
  mkdirSync(run);
  refuses(
    () => resolveModelPath(run, runs),
    3,
    /1-a: expected a model file, or a run folder .*, got a folder without one/,
  );
  const path = join(run, "model.safetensors");
  writeFileSync(path, "");
  assert.deepEqual(resolveModelPath(undefined, runs), { path, run, newest: true });
  assert.deepEqual(resolveModelPath(run, runs), { path, run, newest: false });
  assert.deepEqual(resolveModelPath(path, runs), { path, run: null, newest: false });
  refuses(() => resolveModelPath(join(runs, "2-a"), runs), 3, /got no such file or folder\. The newest run is .*1-a\./);
  refuses(() => resolveModelPath(join(path, "x"), runs), 3, /got no such file or folder/);
});
