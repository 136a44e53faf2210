/** A rank that fails ends the run at once: its own message, exit 1, and neither thread nor process left. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { assertGone, copyWith, start } from "./program.js";

/** Ranks that nobody frees wait for good; on a busy machine, to fill a heap takes seconds. */
const longest = 30_000;

/** The rank module, with `fault` before the job of rank 1 that `when` says. */
const faulty = (fault: string, when = `job.kind === "train"`): string => `
  import { writeSync } from "node:fs";
  import whole from "./whole.js";
  export default function work(task) {
    const { rank, job } = task;
    if (rank === 1 && ${when}) {
      writeSync(2, "now\\n");
      ${fault}
    }
    return whole(task);
  }`;

interface Failure {
  readonly title: string;
  readonly source: string;
  readonly message: RegExp;
  readonly flags?: readonly string[];
  readonly nodeFlags?: readonly string[];
}

const failures: readonly Failure[] = [
  {
    title: "throws while the others wait at the barrier",
    source: faulty(`throw new RangeError("out of yarn");`),
    message: /^heddle: rank 1: expected to finish its work, got RangeError: out of yarn\.$/m,
  },
  {
    title: "throws while the others wait at the barrier of the reference back end",
    source: faulty(`throw new RangeError("out of yarn");`),
    message: /^heddle: rank 1: expected to finish its work, got RangeError: out of yarn\.$/m,
    flags: ["--backend", "reference"],
  },
  {
    title: "exits",
    source: faulty("process.exit(7);"),
    message: /^heddle: rank 1: expected to finish its work, got .*exited with code: 7/m,
  },
  {
    title: "runs out of heap",
    source: faulty("const held = []; for (;;) held.push(Array.from({ length: 1000 }, (_, i) => ({ i })));"),
    message: /^heddle: rank 1: expected to finish its work, got .*memory limit/m,
    nodeFlags: ["--max-old-space-size=40"],
  },
  {
    title: "throws while the others score",
    source: faulty(`throw new RangeError("out of yarn");`, `job.kind === "score"`),
    message: /^heddle: rank 1: expected to finish its work, got RangeError: out of yarn\.$/m,
  },
  {
    title: "cannot be loaded",
    source: `
      import { writeSync } from "node:fs";
      writeSync(2, "now\\n");
      throw new RangeError("no such loom");`,
    message: /^heddle: .*expected to finish its work, got RangeError: no such loom\.$/m,
  },
  {
    title: "alone cannot be loaded: its task has no thread, and the others must not wait for it",
    source: `
      import { writeSync } from "node:fs";
      import { threadId } from "node:worker_threads";
      if (threadId === 2) {
        writeSync(2, "now\\n");
        throw new RangeError("no such loom");
      }
      export { default } from "./whole.js";`,
    message: /^heddle: .*expected to finish its work, got RangeError: no such loom\.$/m,
  },
];

for (const { title, source, message, flags = [], nodeFlags = [] } of failures) {
  test(`a rank that ${title}`, async (t) => {
    const program = copyWith(t, join("engine", "rank.js"), source);
    const cwd = emptyFolder(t);
    const args = ["train", "--threads", "3", "--epochs", "50", "--out", "run", ...flags];
    const running = start(args, { cwd, program, nodeFlags });
    await running.says(/^now$/m);
    const failedAt = performance.now();
    const { code, stdout, stderr } = await running.ended;
    assert.match(stderr, message);
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.equal(stderr.split("\n").filter((line) => line.startsWith("heddle: ")).length, 1, stderr);
    assertGone(running);
    assert.ok(running.endedAt() - failedAt < longest, `${running.endedAt() - failedAt} ms`);
  });
}

test("what a failed run has saved is whole: it goes on to the bytes of an unbroken one", async (t) => {
  const cwd = emptyFolder(t);
  const settings = ["train", "--epochs", "4", "--subset", "500", "--json"];
  const program = copyWith(t, join("engine", "rank.js"), faulty(`process.exit(0);`, "job.before > 20"));
  const failed = await start([...settings, "--threads", "2", "--out", "run"], { cwd, program }).ended;
  assert.equal(failed.code, 1, failed.stderr);
  const resumed = await heddle(["train", "--resume", "run", "--threads", "3", "--json"], { cwd });
  const unbroken = await heddle([...settings, "--threads", "1", "--out", "unbroken"], { cwd });
  const hashOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
  assert.match(resumed.stderr, /resumed in epoch 4, after 0 of 8 steps/);
  assert.equal(hashOf(resumed), hashOf(unbroken));
});
