/** Several processes under real launchers: the bytes of one, one voice, one exit code. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { launch, launchers, noLauncher } from "./launch.js";

// Sums in groups, batch norm in the middle of both passes, draws by sample, a dense layer, and a last minibatch of 14.
const net = "conv 8x3 >> relu >> bn >> pool 2 >> drop 0.2 >> flatten >> fc 24 >> relu >> fc 10";
const settings = [
  "train",
  "--model",
  net,
  "--subset",
  "500",
  "--epochs",
  "2",
  "--quiet",
  "--json",
  "--augment",
  "crop 1",
];

interface Result {
  readonly weightsHash: string;
  readonly test: { readonly values: Record<string, number> };
}
const resultOf = ({ stdout, stderr }: { stdout: string; stderr: string }): Result => {
  assert.equal(stdout.split("\n").length, 2, `${stdout}\n${stderr}`);
  const { weightsHash, test: score } = JSON.parse(stdout) as Result;
  return { weightsHash, test: score };
};

// Dense layers whose updates processes divide: many samples a rank. Partial units at the ends of rows and of columns.
const divided =
  "train --dataset synthetic-digits-28 --model mlp:300-70 --batch-size 512 --epochs 2 --quiet --json".split(" ");

test("any division of updates gives the bytes of one process, and another number of processes resumes it", {
  skip: noLauncher,
}, async (t) => {
  const cwd = emptyFolder(t);
  for (const more of [
    ["--ema", "0.9"],
    ["--clip-norm", "1", "--dtype", "f64"],
  ]) {
    const whole = resultOf(await heddle([...divided, ...more, "--out", "none", "--threads", "2"]));
    for (const [i, launcher] of launchers.entries()) {
      const args = [...divided, ...more, "--out", "none", "--threads", `${i + 1}`];
      assert.deepEqual(resultOf(await launch(launcher, 2, args)), whole, launcher.name);
    }
    const run = `run${more[0]}`;
    const stopped = [...divided, ...more, "--max-steps", "3", "--out", run, "--threads", "1"];
    assert.equal((await launch(launchers[0], 3, stopped, { cwd })).code, 0);
    const resumed = await heddle([
      "train",
      "--resume",
      join(cwd, run),
      "--resume-with",
      "maxSteps=1000",
      "--quiet",
      "--json",
    ]);
    assert.equal(resultOf(resumed).weightsHash, whole.weightsHash);
  }
});

/** By memory, as processes of one machine do, and by MPI. */
const ways = [{}, { HEDDLE_EXCHANGE: "mpi" }];

test("kernels that processes divide, two of which share a panel, come whole to all, by memory and by MPI", {
  skip: noLauncher,
}, async () => {
  const kernels = "conv 32x3 >> relu >> pool 8 >> conv 144x3 >> relu >> flatten >> fc 10";
  const args = ["train", "--dataset", "synthetic-digits-28", "--model", kernels, "--batch-size", "512"];
  const more = ["--subset", "1100", "--epochs", "1", "--out", "none", "--quiet", "--json"];
  const whole = resultOf(await heddle([...args, ...more, "--threads", "2"]));
  for (const [i, env] of ways.entries()) {
    const launcher = launchers[i % launchers.length];
    assert.deepEqual(resultOf(await launch(launcher, 2 + i, [...args, ...more, "--threads", "1"], { env })), whole);
  }
});

test("any division gives the bytes and the scores of one process", { skip: noLauncher }, async () => {
  const alone = resultOf(await heddle([...settings, "--out", "none", "--threads", "3"]));
  for (const [i, launcher] of launchers.entries()) {
    const [processes, threads] = i === 0 ? [2, 2] : [3, 1];
    const args = [...settings, "--out", "none", "--threads", `${threads}`];
    assert.deepEqual(resultOf(await launch(launcher, processes, args)), alone, `${launcher.name}, ${processes}`);
  }
});

test("settings that are wrong are refused by one voice, with its code", { skip: noLauncher }, async () => {
  const { code, stderr } = await launch(launchers[launchers.length - 1], 2, ["train", "--epochs", "none"]);
  assert.equal(code, 2, stderr);
  assert.equal(stderr.match(/heddle: --epochs: expected/g)?.length, 1, stderr);
});

test("only the first process has a run folder, which another number of processes resumes", {
  skip: noLauncher,
}, async (t) => {
  const cwd = emptyFolder(t);
  const [launcher] = launchers;
  const whole = resultOf(await heddle([...settings, "--out", "none"]));
  const begun = await launch(launcher, 2, [...settings, "--max-steps", "9", "--out", "run", "--threads", "1"], { cwd });
  assert.equal(begun.code, 0, begun.stderr);
  assert.deepEqual(readdirSync(cwd), ["run"]);
  const resume = ["train", "--resume", "run", "--resume-with", "maxSteps=1000", "--quiet", "--json", "--threads", "1"];
  assert.equal(resultOf(await launch(launcher, 3, resume, { cwd })).weightsHash, whole.weightsHash);
});

test("bench scaling starts the processes itself", { skip: noLauncher }, async (t) => {
  const flags = ["--model", "digits-mlp", "--batch-size", "32", "--seconds", "0.02", "--json"];
  const { code, stdout, stderr } = await heddle(["bench", "scaling", "--processes", "1,2", ...flags], {
    cwd: emptyFolder(t),
    env: { PATH: pathWithLauncher(t) },
  });
  const nested = await launch(launchers[0], 2, ["bench", "scaling", "--processes", "1,2", ...flags]);
  assert.match(nested.stderr, /--processes: expected one process, which starts the others, got several/);
  assert.equal(code, 0, stderr);
  const { results } = JSON.parse(stdout) as { results: { processes: number; received: number }[] };
  assert.deepEqual(
    results.map(({ processes, received }) => [processes, received > 0]),
    [
      [1, false],
      [2, true],
    ],
  );
});

/** A path in which the launcher that is here is `mpirun`. */
function pathWithLauncher(t: TestContext): string {
  const folder = emptyFolder(t);
  // No link: MPICH's looks for its helpers beside the name that it was called by.
  writeFileSync(join(folder, "mpirun"), `#!/bin/sh\nexec ${launchers[0].path} "$@"\n`, { mode: 0o755 });
  return `${folder}:${process.env["PATH"]}`;
}

test("a step brings each process what the plan says, to the byte", { skip: noLauncher }, async () => {
  const program = fileURLToPath(new URL("./traffic.js", import.meta.url));
  for (const [i, settings] of [
    { model: "lenet5", subset: 640 },
    { model: "mlp:96", batchSize: 320 },
    { model: "mlp:96", batchSize: 1100 },
  ].entries()) {
    const env = ways[i % ways.length];
    const { stdout, stderr } = await launch(launchers[0], 2, [JSON.stringify(settings)], { program, env });
    const { planned, counted } = JSON.parse(stdout) as { planned: number; counted: number };
    assert.ok(planned > 0, stderr);
    assert.equal(counted, planned);
  }
});
