/** Ctrl-C and SIGTERM: finish the step, write the checkpoint, exit 130 or 143; the second one ends at once. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bin, emptyFolder, heddle } from "./heddle.js";

// Long enough that nobody waits for its end.
const endless = ["train", "--epochs", "100000", "--out", "run"];

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
  ["SIGQUIT", 131],
] as const) {
  test(`${signal} leaves a checkpoint that a resume takes up, and exits ${code}`, async (t) => {
    const folder = emptyFolder(t);
    let sent = false;
    const outcome = await heddle(endless, {
      cwd: folder,
      watch: (stderr, child) => {
        if (sent || !stderr.includes("epoch ")) return;
        sent = true;
        child.kill(signal);
      },
    });
    assert.equal(outcome.code, code, outcome.stderr);
    assert.equal(outcome.stdout, "");
    assert.match(outcome.stderr, new RegExp(`${signal}: finishing the step, writing the checkpoint`));
    assert.match(outcome.stderr, /To go on: node \S*heddle\.js train --resume run/);
    assert.ok(existsSync(join(folder, "run", "last.ckpt")));

    let stopped = false;
    const resumed = await heddle(["train", "--resume", "run", "--threads", "1"], {
      cwd: folder,
      watch: (stderr, child) => {
        if (stopped || !stderr.includes("resumed in epoch")) return;
        stopped = true;
        child.kill(signal);
      },
    });
    assert.equal(resumed.code, code, resumed.stderr);
  });
}

test("the second signal ends the run at once", async (t) => {
  const folder = emptyFolder(t);
  let sent = 0;
  const { code } = await heddle([...endless, "--batch-size", "full"], {
    cwd: folder,
    watch: (stderr, child) => {
      if (sent === 0 && stderr.includes("epoch ")) {
        sent = 1;
        child.kill("SIGINT");
      } else if (sent === 1 && stderr.includes("finishing the step")) {
        sent = 2;
        child.kill("SIGINT");
      }
    },
  });
  assert.equal(code, 130);
});

/** Runs a program in a terminal of its own, which it closes once `epoch` has been shown there; prints how the program ended. */
const inTerminal = `
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
text = b""
while b"epoch" not in text:
    text += os.read(terminal, 4096)
os.close(terminal)
status = os.waitpid(child, 0)[1]
print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status))
`;

test("a terminal that closes leaves a checkpoint and result.json, and the process ends by the hang-up", {
  skip: spawnSync("python3", ["-c", "import pty"]).status === 0 ? false : "no Python with terminals here",
}, (t) => {
  const folder = emptyFolder(t);
  const { stdout, stderr } = spawnSync("python3", ["-c", inTerminal, process.execPath, bin, ...endless], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CI: "", TERM: "xterm" },
    timeout: 60_000,
  });
  assert.equal(stdout.trim(), `${constants.signals.SIGHUP}`, stderr);
  const { ended } = JSON.parse(readFileSync(join(folder, "run", "result.json"), "utf8")) as { ended: string };
  assert.equal(ended, "interrupted");
  assert.ok(existsSync(join(folder, "run", "last.ckpt")));
});

test("a reader that goes away early is no failure", async () => {
  const { code, stderr } = await heddle(["train", "--help"], { closeStdout: true });
  assert.deepEqual([code, stderr], [0, ""]);
});

test("under nohup a hang-up is nothing", {
  skip: existsSync("/usr/bin/nohup") ? false : "no nohup here",
}, async (t) => {
  const folder = emptyFolder(t);
  let sent = 0;
  const outcome = await heddle(endless, {
    cwd: folder,
    env: { _: "/usr/bin/nohup" },
    watch: (stderr, child) => {
      if (sent === 0 && /epoch +1\//.test(stderr)) {
        sent = 1;
        child.kill("SIGHUP");
      } else if (sent === 1 && /epoch +9\//.test(stderr)) {
        sent = 2;
        child.kill("SIGTERM");
      }
    },
  });
  assert.equal(outcome.code, 143, outcome.stderr);
  assert.doesNotMatch(outcome.stderr, /SIGHUP/);
});
