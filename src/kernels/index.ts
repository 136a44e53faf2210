/** Chooses what computes. */
import type { Backend } from "./backend.js";
import { nativeBackend, nativeMissing, nativeStatus } from "./native.js";
import { referenceBackend } from "./reference/interpreter.js";

export type BackendChoice = "auto" | "native" | "reference";

/** Why `auto` took the reference, in words; null where it is what was asked for, or the addon is there. */
export function fallbackReason(choice: BackendChoice): string | null {
  if (choice !== "auto") return null;
  const { available, attempts } = nativeStatus();
  return available ? null : `no addon: ${attempts.join("; ")}`;
}

/** Kernels of one kind give the same bits: AVX2 and AVX-512 are one. */
export const arithmeticOf = (isa: string): string => (isa.startsWith("avx") ? "avx" : isa);

/** `auto` falls back to the reference where there is no addon; whoever prints the header says so. */
export function loadBackend(choice: BackendChoice): Backend {
  if (choice === "reference") return referenceBackend();
  const native = nativeBackend();
  if (native) return native;
  if (choice === "native") throw nativeMissing();
  return referenceBackend();
}
