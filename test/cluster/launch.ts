/** Real launchers of several processes, as far as this machine has them. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativeStatus } from "../../src/kernels/native.js";

export interface Launcher {
  readonly name: string;
  readonly path: string;
  readonly flags: readonly string[];
}

const find = (program: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };

/** Debian's names; another, such as that of PyPI's mpich, by HEDDLE_TEST_MPIRUN. */
const found: readonly Launcher[] = [
  { name: "Open MPI", path: find("mpirun.openmpi"), flags: ["--bind-to", "none", "--oversubscribe"] },
  { name: "MPICH", path: find("mpirun.mpich"), flags: [] },
  { name: "HEDDLE_TEST_MPIRUN", path: process.env["HEDDLE_TEST_MPIRUN"], flags: [] },
].flatMap(({ path, ...rest }) => (path === undefined ? [] : [{ path, ...rest }]));

/** A sandbox may have the program and forbid what it needs: two empty processes, without MPI, must start. */
const starts = ({ path, flags }: Launcher): boolean =>
  spawnSync(path, [...flags, "-n", "2", process.execPath, "-e", "0"], {
    env: { ...process.env, ...asRoot },
    timeout: 30_000,
  }).status === 0;

export const launchers = found.filter(starts);

export const noLauncher = !nativeStatus().available
  ? "no native addon"
  : found.length === 0
    ? "neither mpirun.openmpi nor mpirun.mpich is here (Debian: openmpi-bin, mpich)"
    : launchers.length === 0 && `${found.map(({ path }) => path).join(" and ")} cannot start two processes here`;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

const bin = fileURLToPath(new URL("../../../bin/heddle.js", import.meta.url));

/** Runs heddle, or another program of Node, in so many processes. `watch` sees stderr as it grows. */
export function launch(
  { path, flags }: Launcher,
  processes: number,
  args: readonly string[],
  {
    cwd = tmpdir(),
    watch,
    program = bin,
    env,
  }: { cwd?: string; watch?: (stderr: string) => void; program?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const start = performance.now();
  const child = spawn(path, [...flags, "-n", `${processes}`, process.execPath, program, ...args], {
    cwd,
    env: { ...process.env, ...asRoot, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    watch?.(stderr);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr, seconds: (performance.now() - start) / 1000 }));
  });
}

/** The processes that train into that folder, in the order of their numbers. */
export function processesOf(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => {
      try {
        const words = readFileSync(join("/proc", name, "cmdline"), "utf8").split("\0");
        return words[0] === process.execPath && words.includes(folder) ? [Number(name)] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a - b);
}
