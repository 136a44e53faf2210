/** Processes that are not alike, or that fail alone: as users of programs over MPI have reported it. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { nativeStatus } from "../../src/kernels/native.js";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { type Ended, launch, launchers, noLauncher } from "./launch.js";

const program = fileURLToPath(new URL("./otherwise.js", import.meta.url));
const [launcher] = launchers;
/** Two processes of one thread, of which process 1 differs. */
const two = (otherwise: object, args: readonly string[], cwd?: string): Promise<Ended> =>
  launch(launcher, 2, [JSON.stringify(otherwise), ...args, "--threads", "1"], {
    program,
    ...(cwd !== undefined && { cwd }),
  });
const short = ["train", "--epochs", "2", "--quiet", "--json"];
const hashOf = ({ stdout, stderr }: { stdout: string; stderr: string }): string => {
  assert.notEqual(stdout, "", stderr);
  return (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
};

test("a step of Slurm whose library is alone is refused with both numbers and the flag that helps", {
  skip: noLauncher,
}, async (t) => {
  const cwd = emptyFolder(t);
  const env = { SLURM_STEP_NUM_TASKS: "4", SLURM_PROCID: "0" };
  const { code, stdout, stderr } = await heddle(["train", "--epochs", "1", "--out", "run"], { cwd, env });
  assert.deepEqual([code, stdout, readdirSync(cwd)], [1, "", []], stderr);
  assert.match(stderr, /Slurm: expected 4 processes, as it has started, got 1 in the world of .*srun --mpi=pmix/);
  const other = await heddle(["train", "--epochs", "1", "--out", "run"], { cwd, env: { ...env, SLURM_PROCID: "3" } });
  assert.deepEqual([other.code, other.stdout, other.stderr, readdirSync(cwd)], [1, "", "", []]);
  // The shell of a job, not of a step: alone, as ever.
  const shell = await heddle([...short, "--out", "none"], { cwd, env: { SLURM_NTASKS: "4", SLURM_PROCID: "0" } });
  assert.equal(shell.code, 0, shell.stderr);
});

test("data that one process cannot read end all, with its number, and no folder is made; or the first process sends them", {
  skip: noLauncher,
}, async (t) => {
  const cwd = emptyFolder(t);
  const lines = Array.from({ length: 60 }, (_, i) => `${i % 3},${i % 256},${(i * 7) % 256},9,250`);
  writeFileSync(join(cwd, "data.csv"), `label,a,b,c,d\n${lines.join("\n")}\n`);
  const args = ["train", "--dataset", "csv:data.csv", "--out", "run", "--quiet"];
  const { code, stderr } = await two({ patch: "unreadable" }, args, cwd);
  assert.notEqual(code, 0, stderr);
  assert.match(stderr, /process 1 on \S+.*data\.csv/);
  assert.deepEqual(readdirSync(cwd), ["data.csv"]);

  const sent = await two(
    { patch: "unreadable" },
    [...args.slice(0, 3), "--data-from-root", "--out", "none", "--quiet", "--json"],
    cwd,
  );
  assert.equal(sent.code, 0, sent.stderr);
  const alone = ["--dataset", `csv:${join(cwd, "data.csv")}`, "--out", "none", "--quiet", "--json"];
  assert.equal(hashOf(sent), hashOf(await heddle(["train", ...alone])));
  const useless = await heddle(["train", ...alone, "--data-from-root"]);
  assert.equal(useless.code, 2);
  assert.match(
    useless.stderr,
    /--data-from-root: expected several processes, started by mpirun or srun, got one process/,
  );
});

test("an error that is thrown in one process ends all", { skip: noLauncher }, async () => {
  const { code, stderr } = await two({ patch: "throw" }, ["train", "--epochs", "4000", "--quiet", "--out", "none"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /planted in process 1/);
});

test("only the first process looks at the run folder: others may have an empty one that is read only", {
  skip: noLauncher,
}, async (t) => {
  const [cwd, elsewhere] = [emptyFolder(t), emptyFolder(t)];
  mkdirSync(join(elsewhere, "run"));
  chmodSync(elsewhere, 0o555);
  const whole = hashOf(await heddle([...short, "--out", "none"]));
  const begun = await two({ cwd: elsewhere }, [...short, "--max-steps", "9", "--out", "run"], cwd);
  assert.equal(begun.code, 0, begun.stderr);
  const resumed = ["train", "--resume", "run", "--resume-with", "maxSteps=1000", "--quiet", "--json"];
  assert.equal(hashOf(await two({ cwd: elsewhere }, resumed, cwd)), whole);
  assert.deepEqual(readdirSync(join(elsewhere, "run")), []);
});

test("another instruction set in one process gives the same bytes, or is refused where its bits differ", {
  skip: noLauncher || (!nativeStatus().isas.includes("avx2") && "no AVX2"),
}, async () => {
  const whole = hashOf(await heddle([...short, "--out", "none"]));
  assert.equal(hashOf(await two({ env: { HEDDLE_ISA: "avx2" } }, [...short, "--out", "none"])), whole);
  const { code, stdout, stderr } = await two({ env: { HEDDLE_ISA: "generic" } }, [...short, "--out", "none"]);
  assert.deepEqual([code === 0, stdout], [false, ""]);
  assert.match(stderr, /process 1 on \S+: expected what process 0 on \S+ has \(bits of the kernels .*got .*generic/);
});
