/** Finds and loads the addon, and says what was tried where it is not there. */
import { dirname, join } from "node:path";
import { addonAttempts, root } from "../base/addon.js";
import { fromEnvironment } from "../base/environment.js";
import { runError, usageError } from "../base/errors.js";
import { loopNames } from "../optim/index.js";
import { activations } from "./activations/index.js";
import type { Backend } from "./backend.js";
import { instructionList } from "./ops/index.js";

type Measure = NonNullable<Backend["measure"]>;

/** Several processes, joined by an MPI library that is found at run time (`native/mpi_calls.h`). */
export interface MpiCalls {
  join(libraries: readonly string[]): { process: number; processes: number; library: string; error: string };
  hosts(names: readonly string[]): void;
  begin(bytes: Uint8Array, edges: Float64Array): void;
  done(seconds: number): boolean;
  /** Processes of one machine read from each other's memory (`native/neighbors.h`). */
  sign(): readonly number[];
  meetNeighbors(signs: Float64Array): boolean;
  beginNeighbors(): void;
  bytes(): number;
  wish(signal: number): void;
  wished(): number;
  leave(): void;
  abort(code: number): never;
}

interface Addon extends Omit<Backend, "name" | "isa" | "measure" | "load"> {
  load(program: Float64Array, arena: Uint8Array, file?: number, offset?: number, bytes?: number): number;
  map(file: number, offset: number, bytes: number): Uint8Array | null;
  oneArena(): void;
  fmaPeak: Measure["peak"];
  timeGemm: Measure["gemm"];
  isas(): string[];
  choose(isa: string): boolean;
  mpi: MpiCalls;
  operations(): [name: string, words: string][];
  functions(): [name: string, kept: "x" | "y"][];
  optimizers(): [name: string, states: number][];
}

export interface NativeStatus {
  readonly available: boolean;
  /** The kernels chosen: HEDDLE_ISA, else the best this CPU has. Empty without the addon. */
  readonly isa: string;
  /** All this CPU can run, best first. */
  readonly isas: readonly string[];
  readonly path: string | null;
  /** What was tried and why it failed. */
  readonly attempts: readonly string[];
}

let loaded: { addon: Addon | null; path: string | null; attempts: string[] } | undefined;

function addon(): { addon: Addon | null; path: string | null; attempts: string[] } {
  if (loaded) return loaded;
  const attempts: string[] = [];
  for (const { addon: found, path, reason } of addonAttempts()) {
    if (!found) attempts.push(reason);
    else if (isOfTheseSources(found as Addon)) {
      loaded = { addon: found as Addon, path, attempts };
      return loaded;
    } else attempts.push(`${path}: built from other sources (its lists differ); run \`npm run build:native\``);
  }
  loaded = { addon: null, path: null, attempts };
  return loaded;
}

/** Programs name operations, functions and optimizers by number: both sides must count alike. */
function isOfTheseSources(found: Addon): boolean {
  const [theirs, ours] = [
    [found.operations(), found.functions(), found.optimizers().map(([name]) => name)],
    [instructionList(), activations.map(({ name, kept }) => [name, kept]), loopNames],
  ].map((lists) => JSON.stringify(lists));
  return theirs === ours && typeof found.map === "function";
}

/** The kernels that HEDDLE_ISA asks for, else the best. Throws `usageError` where this CPU lacks them. */
function chosenIsa(isas: readonly string[]): string {
  const asked = fromEnvironment("isa");
  if (asked === undefined) return isas[0];
  if (isas.includes(asked)) return asked;
  throw usageError({ where: "HEDDLE_ISA", expected: `what this CPU can run (${isas.join(", ")})`, got: `"${asked}"` });
}

export function nativeStatus(): NativeStatus {
  const { addon: found, path, attempts } = addon();
  const isas = found?.isas() ?? [];
  return { available: found !== null, isa: found ? chosenIsa(isas) : "", isas, path, attempts };
}

/** The addon as a back end, or null where there is none. */
export function nativeBackend(): Backend | null {
  const { addon: found } = addon();
  if (!found) return null;
  const isa = chosenIsa(found.isas());
  found.choose(isa);
  const { address, unload, run, profile, sgemm, dgemm } = found;
  return {
    name: "native",
    isa,
    address,
    load: (program, arena, mapped) =>
      mapped ? found.load(program, arena, mapped.file, mapped.offset, mapped.bytes) : found.load(program, arena),
    unload,
    run,
    profile,
    sgemm,
    dgemm,
    measure: { peak: found.fmaPeak, gemm: found.timeGemm },
  };
}

/** Null without the addon. Nothing of MPI is loaded before `join`. */
export const nativeMpi = (): MpiCalls | null => addon().addon?.mpi ?? null;

/**
 * For a process that runs long and frees much on many threads: glibc's allocator would keep 15 to 50 MiB of it, by chance. Nothing
 * happens without the addon or with another C library.
 */
export const keepLessFreedMemory = (): void => addon().addon?.oneArena?.();

/** For `--backend native` without the addon. */
export function nativeMissing(): Error {
  const { attempts } = nativeStatus();
  return runError({
    where: "--backend native",
    expected: `the native addon for ${process.platform}-${process.arch} in ${dirname(join(root, "x"))}`,
    got: attempts.join("; "),
    fix: "Run `npm run build:native` there (needs a C++ compiler, make and Python), or use --backend reference.",
  });
}
