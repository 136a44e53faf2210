import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { temporaryFor } from "../../src/base/atomic-write.js";
import { HeddleError } from "../../src/base/errors.js";
import { lockName } from "../../src/base/lock.js";
import { sealJson } from "../../src/base/sealed-json.js";
import { findModel, type WeightsName } from "../../src/run/find-model.js";
import { createRunFolder, openRunFolder, RunFolder } from "../../src/run/run-folder.js";
import { newestRun } from "../../src/run/runs.js";

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
  const module = new URL("../../src/run/run-folder.js", import.meta.url).href;
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
  for (const was of ["absent", "empty"]) {
    const run = createRunFolder({ ...request, out });
    assert.equal(run.path, out, was);
    run.close();
  }
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
  refuses(() => createRunFolder({ ...request, out: join(folder, "locked") }), 1, /permission denied/);
});

test("a run is opened for a resume, swept of half-written files", () => {
  const run = new RunFolder(fresh());
  refuses(() => openRunFolder(run.path), 3, /expected the folder of a run, got a folder without run\.json/);
  refuses(() => openRunFolder(join(run.path, "no")), 3, /got no such folder/);
  writeFileSync(run.runFile, "{}");
  const left = temporaryFor(run.checkpointFile);
  writeFileSync(left, "half");
  // What cannot be removed harms nobody.
  mkdirSync(temporaryFor(run.modelFile));
  const opened = openRunFolder(run.path);
  assert.equal(opened.path, run.path);
  assert.ok(!existsSync(left) && existsSync(run.runFile));
  opened.close();
});

test("a run that was killed before run.json was written leaves a folder that --out takes", () => {
  const out = fresh();
  const folder = new RunFolder(out);
  writeFileSync(temporaryFor(folder.runFile), "half");
  writeFileSync(folder.splitFile, sealJson({ schema: 1, train: [0], validation: [] }));
  writeFileSync(join(out, lockName), JSON.stringify({ pid: 1, host: "gone", machine: "", began: null, nonce: "" }));
  utimesSync(join(out, lockName), 0, 0);
  refuses(() => openRunFolder(out), 3, /without run\.json\. .* can be started again: the same command with --out/);
  const run = createRunFolder({ ...request, out });
  assert.deepEqual(readdirSync(out), [lockName]);
  run.close();
  assert.deepEqual(readdirSync(out), []);
  // A file of that name that no run wrote is somebody's own.
  writeFileSync(folder.splitFile, "{}");
  refuses(() => createRunFolder({ ...request, out }), 2, /one with 1 entries \(split\.json\)/);
});

test("the newest run is the one with the highest number that has such a file", () => {
  const runs = fresh();
  const model = ["model.safetensors"];
  assert.equal(newestRun(runs, model), undefined);
  assert.equal(newestRun(join(runs, "absent"), model), undefined);
  for (const name of ["9-a", "10-b", "11-c", "plan"]) mkdirSync(join(runs, name));
  for (const name of ["9-a", "10-b", "plan"]) writeFileSync(join(runs, name, "model.safetensors"), "");
  writeFileSync(join(runs, "11-c", "last.ckpt"), "");
  assert.equal(newestRun(runs, model), join(runs, "10-b"));
  assert.equal(newestRun(runs, [...model, "last.ckpt"]), join(runs, "11-c"));
});

test("a model is found by file, by run, or as the newest", () => {
  const runs = fresh();
  const find = (path?: string, weights?: WeightsName) => findModel(path, weights, runs);
  refuses(() => find(), 3, /expected a run with a model\.safetensors or a last\.ckpt, got none/);
  refuses(() => findModel(undefined, "best", join(runs, "absent")), 3, /got no such folder\. Train one first/);
  const run = join(runs, "1-a");
  mkdirSync(run);
  refuses(() => find(run), 3, /1-a: expected a model file, or a run folder .*, got a folder without one/);
  const path = join(run, "model.safetensors");
  writeFileSync(path, "");
  const best = { path, run, weights: "best", notes: [] };
  assert.deepEqual(find(), { ...best, notes: [`Taking the newest run, ${run}.`] });
  assert.deepEqual([find(run), find(run, "best")], [best, best]);
  assert.deepEqual(find(path), { ...best, run: null });
  refuses(() => find(run, "last"), 3, /or a run folder with a last\.ckpt, got a folder without one/);
  refuses(() => find(path, "last"), 2, /--weights last: expected a run folder/);
  refuses(() => find(join(runs, "2-a")), 3, /got no such file or folder\. The newest run is .*1-a\./);
  refuses(() => find(join(path, "x")), 3, /got no such file or folder/);
});

test("of a run without a model the last weights are taken, and that is said", () => {
  const runs = fresh();
  const run = join(runs, "1-a");
  mkdirSync(run);
  const path = join(run, "last.ckpt");
  writeFileSync(path, "");
  const last = { path, run, weights: "last" };
  const said = `No epoch of ${run} has ended: these are its last weights.`;
  assert.deepEqual(findModel(run, undefined, runs), { ...last, notes: [said] });
  assert.deepEqual(findModel(undefined, undefined, runs), { ...last, notes: [`Taking the newest run, ${run}.`, said] });
  assert.deepEqual(findModel(run, "last", runs), { ...last, notes: [] });
  refuses(() => findModel(run, "best", runs), 3, /a run folder with a model\.safetensors, got a folder without one/);
});
