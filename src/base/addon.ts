/** Where the addon lies, and what it is as Node loads it; `kernels/native.ts` says whether it is of these sources. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasMusl } from "./platform.js";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
const require = createRequire(import.meta.url);

export interface AddonAttempt {
  /** Null where it could not be loaded. */
  readonly addon: unknown;
  readonly path: string | null;
  /** Why not, in a line. */
  readonly reason: string;
}

interface Finder {
  resolve(folder: string): string;
}

/** It takes Alpine alone for musl, where LIBC does not say so; and reads that once. */
function loadFinder(): Finder {
  if (process.env.LIBC !== undefined || !hasMusl()) return require("node-gyp-build") as Finder;
  process.env.LIBC = "musl";
  try {
    return require("node-gyp-build") as Finder;
  } finally {
    delete process.env.LIBC;
  }
}

/** node-gyp-build knows native/build/Release of a developer and prebuilds/ of a package. */
export function* addonAttempts(): Generator<AddonAttempt> {
  const finder = loadFinder();
  for (const folder of [join(root, "native"), root]) {
    let path: string | null = null;
    try {
      path = finder.resolve(folder);
      yield { addon: require(path), path, reason: "" };
    } catch (error) {
      const [line] = String((error as Error).message).split("\n");
      yield { addon: null, path, reason: `${folder}: ${line}` };
    }
  }
}

const calls = new Map<string, unknown>();

/** A function of the addon, of the first that has it; null where none does. What it computes has a plain twin. */
export function addonCall<Call>(name: string): Call | null {
  if (!calls.has(name)) {
    calls.set(name, null);
    for (const { addon } of addonAttempts()) {
      const call = (addon as Record<string, unknown> | null)?.[name];
      if (call === undefined) continue;
      calls.set(name, call);
      break;
    }
  }
  return calls.get(name) as Call | null;
}
