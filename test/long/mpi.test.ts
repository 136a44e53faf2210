/** Processes that die, hang or are told to stop, under real launchers: all end, soon, and a resume gives the unbroken bytes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { type Ended, type Launcher, launch, launchers, noLauncher, processesOf } from "../cluster/launch.js";

const trains = (epochs: number): string[] => ["train", "--epochs", `${epochs}`, "--quiet", "--json"];
/** How long one that hangs may be silent, a start, and what a launcher takes to end all. */
const mostSeconds = 10;

const hashOf = ({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): string => {
  assert.notEqual(stdout, "", stderr);
  return (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
};
/** What an unbroken run of so many epochs gives. */
const known = new Map<number, string>();
async function unbroken(epochs: number): Promise<string> {
  const hash = known.get(epochs) ?? hashOf(await heddle([...trains(epochs), "--out", "none", "--threads", "2"]));
  known.set(epochs, hash);
  return hash;
}

/** Two processes of `epochs` epochs; after `epoch` of them a signal reaches one. Gives back how it ended, how long after the signal. */
async function struck(
  t: TestContext,
  launcher: Launcher,
  signal: NodeJS.Signals,
  which: number,
  epoch: number,
  epochs = 40,
) {
  const run = join(emptyFolder(t), "run");
  let sent = 0;
  const strike = async (): Promise<void> => {
    for (;;) {
      await sleep(5);
      const lines = linesOf(join(run, "metrics.jsonl"));
      if (lines <= epoch) continue;
      process.kill(processesOf(run)[which], signal);
      sent = performance.now();
      return;
    }
  };
  const striking = strike();
  const ended = await launch(launcher, 2, [
    ...trains(epochs).filter((word) => word !== "--json"),
    "--out",
    run,
    "--threads",
    "1",
  ]);
  await striking;
  const seconds = (performance.now() - sent) / 1000;
  await sleep(500);
  assert.deepEqual(processesOf(run), [], `${launcher.name}, ${signal}: processes are left`);
  return { ...ended, run, seconds };
}

function linesOf(path: string): number {
  try {
    return readFileSync(path, "utf8").split("\n").length - 1;
  } catch {
    return 0;
  }
}

async function resumed(launcher: Launcher, run: string): Promise<string> {
  return hashOf(await launch(launcher, 3, ["train", "--resume", run, "--quiet", "--json", "--threads", "1"]));
}

for (const launcher of launchers) {
  test(`${launcher.name}: kill -9 at ten moments leaves nothing behind, and resumes to the same bytes`, async (t) => {
    for (let i = 0; i < 10; i++) {
      const { run, code, seconds } = await struck(t, launcher, "SIGKILL", i % 2, 2 + 3 * i);
      assert.notEqual(code, 0);
      assert.ok(seconds < mostSeconds, `${seconds} s`);
      assert.equal(await resumed(launcher, run), await unbroken(40));
    }
  });

  test(`${launcher.name}: a process that hangs ends all within 10 s, by name`, async (t) => {
    const { run, code, seconds, stderr } = await struck(t, launcher, "SIGSTOP", 1, 5);
    assert.notEqual(code, 0);
    assert.ok(seconds < mostSeconds, `${seconds} s`);
    assert.match(stderr, /heddle: no sign of life from process 1 on \S+ for 8 s/);
    assert.equal(await resumed(launcher, run), await unbroken(40));
  });

  test(`${launcher.name}: SIGTERM to one process stops all after the same step`, async (t) => {
    const { run, code, seconds, stderr } = await struck(t, launcher, "SIGTERM", 1, 5, 300);
    assert.equal(code, 143, stderr);
    assert.ok(seconds < mostSeconds, `${seconds} s`);
    assert.equal(await resumed(launcher, run), await unbroken(300));
  });
}

test("launchers are here", { skip: noLauncher }, () => assert.ok(launchers.length > 0));
