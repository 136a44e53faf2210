/** Ctrl-C and SIGTERM while a run is on: the first asks for a checkpoint, the second ends at once. */
import { exitCodes } from "../errors.js";

export type StopSignal = "SIGINT" | "SIGTERM";

/** Runs `work` with a signal that the first SIGINT or SIGTERM aborts; `received` is that one. */
export async function withSignals<T>(
  work: (signal: AbortSignal) => Promise<T>,
  /** Clears the terminal for the notice: a bar that is drawn there. */
  clear: () => void = () => {},
  /** What the first signal makes it do. */
  ending = "finishing the step, writing the checkpoint",
): Promise<{ value: T; received: StopSignal | null }> {
  const controller = new AbortController();
  let received: StopSignal | null = null;
  const handle = (name: StopSignal) => {
    // The engine hears the process's "exit" event and releases ranks that wait in native code.
    if (received) process.exit(exitCodes[name]);
    received = name;
    clear();
    process.stderr.write(`\n${name}: ${ending}; again to quit at once.\n`);
    controller.abort();
  };
  process.on("SIGINT", handle).on("SIGTERM", handle);
  try {
    return { value: await work(controller.signal), received };
  } finally {
    process.off("SIGINT", handle).off("SIGTERM", handle);
  }
}
