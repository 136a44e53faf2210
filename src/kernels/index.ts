/** Chooses what computes. */
import type { Backend } from "./backend.js";
import { nativeBackend, nativeMissing } from "./native.js";
import { referenceBackend } from "./reference/index.js";

export type BackendChoice = "auto" | "native" | "reference";

/** `auto` falls back to the reference where there is no addon; whoever prints the header says so. */
export function loadBackend(choice: BackendChoice): Backend {
  if (choice === "reference") return referenceBackend();
  const native = nativeBackend();
  if (native) return native;
  if (choice === "native") throw nativeMissing();
  return referenceBackend();
}
