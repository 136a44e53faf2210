/** The command line as a user meets it: a child process, with none of this machine's Heddle settings. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export const bin = fileURLToPath(new URL("../../../bin/heddle.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Sees stderr as it grows; may send signals. */
  readonly watch?: (stderr: string, child: ChildProcess) => void;
  /** Goes away before the program can write, like `| head -0`. */
  readonly closeStdout?: boolean;
  /** What it finds on stdin; nothing at all where none is given. */
  readonly input?: Uint8Array | string;
}

export function heddle(args: readonly string[], options: StartOptions = {}): Promise<Outcome> {
  const ours = Object.entries(process.env).filter(
    ([name]) => name === "HEDDLE_CACHE_DIR" || !/^(HEDDLE_|CI$|NO_COLOR$|FORCE_COLOR$|NODE_)/.test(name),
  );
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...Object.fromEntries(ours), _: "", ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  // Whoever does not read all of it closes the pipe.
  child.stdin?.on("error", () => {}).end(options.input);
  if (options.closeStdout) child.stdout.destroy();
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.watch?.(stderr, child);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** An empty folder that goes away with the test. */
export function emptyFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
