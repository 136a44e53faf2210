/** Runs of a search, of seeds and of folds, side by side in several processes: what one process makes of them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { type Ended, launch, launchers, noLauncher, processesOf } from "./launch.js";

const program = fileURLToPath(new URL("./otherwise.js", import.meta.url));
const last = launchers[launchers.length - 1];

interface Table {
  readonly trials: readonly { readonly run: string; readonly trial: number }[];
}
/** Without times and folders. */
const tableOf = ({ code, stdout, stderr }: { code: number | null; stdout: string; stderr: string }): unknown => {
  assert.equal(code, 0, stderr);
  const { trials } = JSON.parse(stdout) as Table;
  return trials.map((trial) => ({ ...trial, run: null, seconds: null, test: null }));
};
const modelsOf = (folder: string): string[] =>
  readdirSync(join(folder, "trials")).map((trial) =>
    readFileSync(join(folder, "trials", trial, "model.safetensors")).toString("base64"),
  );
const withoutTimes = (text: string): string => text.replace(/[\d.,]+ (?:samples\/s|s\b)/g, "TIME").replace(/ +/g, " ");

function searchFile(t: TestContext, settings: object, strategy: object = { strategy: "grid" }): string {
  const cwd = emptyFolder(t);
  const base = { epochs: 2, subset: 300, threads: 1, ...settings };
  writeFileSync(join(cwd, "s.json"), JSON.stringify({ base, space: { lr: [0.003, 0.01, 0.03, 0.1] }, ...strategy }));
  return cwd;
}

test("a search has the table and the models of one process, halving too", { skip: noLauncher }, async (t) => {
  for (const [i, launcher] of launchers.entries()) {
    const cwd = searchFile(t, {}, i === 0 ? { strategy: "halving", trials: 4, factor: 2 } : { strategy: "grid" });
    const args = ["search", "s.json", "--json", "--out"];
    const whole = tableOf(await heddle([...args, "one"], { cwd }));
    const divided = await launch(launcher, 2 + i, [...args, "several"], { cwd });
    assert.deepEqual(tableOf(divided), whole, launcher.name);
    assert.deepEqual(modelsOf(join(cwd, "several")), modelsOf(join(cwd, "one")));
    // One voice, and each process trained alone.
    assert.equal(divided.stderr.match(/4 trials in several/g)?.length, 1);
    const { threads } = JSON.parse(readFileSync(join(cwd, "several/trials/1/run.json"), "utf8")) as { threads: number };
    assert.equal(threads, 1);
  }
});

test("seeds say what they say one after the other", { skip: noLauncher }, async (t) => {
  const cwd = emptyFolder(t);
  const args = ["train", "--seeds", "3", "--epochs", "2", "--subset", "300", "--threads", "1", "--no-report"];
  const whole = await heddle([...args, "--out", "run"], { cwd });
  const divided = await launch(last, 2, [...args, "--out", "run"], { cwd: emptyFolder(t) });
  assert.equal(withoutTimes(divided.stdout), withoutTimes(whole.stdout));
  assert.equal(withoutTimes(divided.stderr), withoutTimes(whole.stderr));
});

test("a signal to any process stops all, and what goes on repeats no trial that has ended", {
  skip: noLauncher,
}, async (t) => {
  const cwd = searchFile(t, { epochs: 60 }, { strategy: "grid" });
  let told = false;
  const watch = (stderr: string): void => {
    if (told || !stderr.includes("trial ")) return;
    told = true;
    process.kill(processesOf("stopped-search")[1], "SIGTERM");
  };
  const args = ["search", "s.json", "--json", "--out", "stopped-search"];
  const stopped = await launch(last, 2, args, { cwd, watch });
  assert.match(stopped.stderr, /Stopped\. To go on/);
  const journal = (): string => readFileSync(join(cwd, "stopped-search/journal.jsonl"), "utf8");
  const before = journal();
  assert.ok(before.split("\n").length < 5, before);
  const resumed = tableOf(await heddle(args, { cwd }));
  assert.ok(journal().startsWith(before));
  assert.deepEqual(resumed, tableOf(await heddle([...args.slice(0, -1), "whole"], { cwd })));
});

/** Two processes of which process 1 differs. */
const two = (otherwise: object, args: readonly string[], cwd: string): Promise<Ended> =>
  launch(launchers[0], 2, [JSON.stringify(otherwise), ...args], { program, cwd });

test("where another process does not see the folder, all make each run together", { skip: noLauncher }, async (t) => {
  const cwd = searchFile(t, {}, { strategy: "grid", trials: 2 });
  const elsewhere = emptyFolder(t);
  const args = ["search", "s.json", "--json", "--out", "run"];
  const divided = await two({ cwd: elsewhere }, args, cwd);
  assert.match(divided.stderr, /run is not the same for process 1 on \S+: the runs follow each other, each in all/);
  assert.deepEqual(readdirSync(elsewhere), []);
  assert.deepEqual(tableOf(divided), tableOf(await heddle([...args.slice(0, -1), "one"], { cwd })));
});

test("what one process alone meets ends all, with its number, and so do other data", {
  skip: noLauncher,
}, async (t) => {
  const cwd = searchFile(t, { dataset: "csv:data.csv", subset: 50 }, { strategy: "grid", trials: 2 });
  const table = (k: number): string =>
    `label,a,b,c,d\n${Array.from({ length: 60 }, (_, i) => `${i % 3},${i % 256},${(i * k) % 256},9,250`).join("\n")}\n`;
  writeFileSync(join(cwd, "data.csv"), table(7));
  const elsewhere = emptyFolder(t);
  writeFileSync(join(elsewhere, "data.csv"), table(5));
  const args = ["search", "s.json", "--out"];
  const unreadable = await two({ patch: "unreadable" }, [...args, "a"], cwd);
  assert.notEqual(unreadable.code, 0);
  assert.match(unreadable.stderr, /process 1 on \S+.*data\.csv/);
  const other = await two({ cwd: elsewhere }, [...args, join(cwd, "b")], cwd);
  assert.notEqual(other.code, 0);
  assert.match(other.stderr, /process [01] on \S+: expected the data of process [01] on \S+ \(blake3:/);
});
