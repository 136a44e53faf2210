/** Finds and loads the addon, and says what was tried where it is not there. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runError, usageError } from "../errors.js";
import type { Backend } from "./backend.js";
import { operationNames, operations } from "./operations.js";

type Measure = NonNullable<Backend["measure"]>;

interface Addon extends Omit<Backend, "name" | "isa" | "measure"> {
  fmaPeak: Measure["peak"];
  timeGemm: Measure["gemm"];
  isas(): string[];
  choose(isa: string): boolean;
  operations(): [name: string, signature: string][];
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

const root = fileURLToPath(new URL("../../..", import.meta.url));
const require = createRequire(import.meta.url);

let loaded: { addon: Addon | null; path: string | null; attempts: string[] } | undefined;

function addon(): { addon: Addon | null; path: string | null; attempts: string[] } {
  if (loaded) return loaded;
  const attempts: string[] = [];
  // node-gyp-build knows native/build/Release of a developer and prebuilds/ of a package.
  const finder = require("node-gyp-build") as { resolve(folder: string): string };
  for (const folder of [join(root, "native"), root]) {
    try {
      const path = finder.resolve(folder);
      const found = require(path) as Addon;
      const list = JSON.stringify(found.operations());
      if (list === JSON.stringify(operationNames.map((name) => [name, operations[name]]))) {
        loaded = { addon: found, path, attempts };
        return loaded;
      }
      attempts.push(`${path}: built from other sources (its operations differ); run \`npm run build:native\``);
    } catch (error) {
      const [line] = String((error as Error).message).split("\n");
      attempts.push(`${folder}: ${line}`);
    }
  }
  loaded = { addon: null, path: null, attempts };
  return loaded;
}

/** The kernels that HEDDLE_ISA asks for, else the best. Throws `usageError` where this CPU lacks them. */
function chosenIsa(isas: readonly string[]): string {
  const asked = process.env["HEDDLE_ISA"];
  if (asked === undefined || asked === "") return isas[0];
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
  const { address, load, unload, run, profile, sgemm, dgemm } = found;
  return {
    name: "native",
    isa,
    address,
    load,
    unload,
    run,
    profile,
    sgemm,
    dgemm,
    measure: { peak: found.fmaPeak, gemm: found.timeGemm },
  };
}

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
