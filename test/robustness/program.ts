/** Heddle as a process that tests watch, signal and kill; and copies of it with one module replaced. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../cli/heddle.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** The folder of the program; the one under test unless given. */
  readonly program?: string;
  readonly nodeFlags?: readonly string[];
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when stderr has it; rejects where the process ends before. */
  says(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Outcome>;
  /** Milliseconds (performance.now) when the process and its last thread were gone. */
  readonly endedAt: () => number;
}

/** Starts Heddle in a process group of its own. */
export function start(args: readonly string[], { cwd, env, program = root, nodeFlags = [] }: StartOptions): Running {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(HEDDLE_|CI$|NO_COLOR$|FORCE_COLOR$|NODE_)/.test(name),
  );
  const child = spawn(process.execPath, [...nodeFlags, join(program, "bin", "heddle.js"), ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let [stdout, stderr, endedAt] = ["", "", Infinity];
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => (endedAt = performance.now()));
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(stderr)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without saying ${String(pattern)}:\n${stderr}`)));
    });
  return { child, says, ended, endedAt: () => endedAt };
}

/** Nothing that the process started is left. */
export function assertGone({ child }: Running): void {
  assert.throws(() => process.kill(-child.pid!, 0), { code: "ESRCH" });
}

/** A copy of the compiled program, without the addon unless `addon` is true. */
export function copyOfProgram(t: TestContext, { addon }: { readonly addon: boolean }): string {
  const program = mkdtempSync(join(tmpdir(), "heddle-copy-"));
  t.after(() => rmSync(program, { recursive: true, force: true }));
  for (const part of ["bin", "package.json", join("dist", "src")]) {
    cpSync(join(root, part), join(program, part), { recursive: true });
  }
  for (const part of ["node_modules", ...(addon ? ["native"] : [])]) symlinkSync(join(root, part), join(program, part));
  return program;
}

/**
 * A copy in which `module` (a path below src) is `source`; the whole module is beside it as `whole.js`. Faults are put in
 * from outside, so the program itself has no door for them.
 */
export function copyWith(t: TestContext, module: string, source: string): string {
  const program = copyOfProgram(t, { addon: true });
  const path = join(program, "dist", "src", module);
  renameSync(path, join(path, "..", "whole.js"));
  writeFileSync(path, source);
  return program;
}
