/** Back ends for tests: the one that the environment chooses, and the addon under each ISA of this machine. */
import { createRequire } from "node:module";
import type { Backend } from "../../src/kernels/backend.js";
import type { BackendChoice } from "../../src/kernels/index.js";
import { loadBackend } from "../../src/kernels/index.js";
import { nativeStatus } from "../../src/kernels/native.js";

/** The back end under test: `HEDDLE_BACKEND` and `HEDDLE_ISA`, else the best of this machine. */
export const chosenBackend = (): Backend => loadBackend((process.env["HEDDLE_BACKEND"] as BackendChoice) ?? "auto");

export interface Addon extends Omit<Backend, "name" | "isa"> {
  isas(): string[];
  choose(isa: string): boolean;
  operations(): [name: string, words: string][];
  functions(): [name: string, kept: string][];
  optimizers(): [name: string, states: number][];
}

/** The addon itself, or null where there is none. */
export function loadAddon(): Addon | null {
  const { path } = nativeStatus();
  return path === null ? null : (createRequire(import.meta.url)(path) as Addon);
}

/** The addon with these kernels: they are chosen anew wherever the addon looks, so several can be in use. */
export function nativeOf(addon: Addon, isa: string): Backend {
  return {
    ...addon,
    name: "native",
    isa,
    load(program, arena) {
      addon.choose(isa);
      return addon.load(program, arena);
    },
    sgemm(...values) {
      addon.choose(isa);
      addon.sgemm(...values);
    },
    dgemm(...values) {
      addon.choose(isa);
      addon.dgemm(...values);
    },
  };
}

/** One back end for each ISA of this machine, best first; none without the addon. */
export function nativeBackends(): Backend[] {
  const addon = loadAddon();
  return addon === null ? [] : addon.isas().map((isa) => nativeOf(addon, isa));
}
