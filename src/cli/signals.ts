/** Signals while a run is on: the first asks for a checkpoint, the second ends at once. */
import { exitCodes } from "../index.js";
import { underNohup } from "./nohup.js";

/** Ctrl-C, a supervisor's, Ctrl-\, and that of a terminal or an ssh session that closed. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"] as const;
export type StopSignal = (typeof stopSignals)[number];

/** What a run hears of the signals that end it. */
export interface Stopping {
  /** Clears the terminal for the notice: a bar that is drawn there. */
  readonly clear?: () => void;
  /** What the first signal makes it do; null where there is nothing to finish, and it ends at once. */
  readonly ending: () => string | null;
}

/** Runs `work` with a signal that the first of them aborts; `received` is that one. */
export async function withSignals<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { clear, ending }: Stopping,
): Promise<{ value: T; received: StopSignal | null }> {
  const controller = new AbortController();
  let received: StopSignal | null = null;
  const handle = (name: StopSignal) => {
    clear?.();
    const finishing = received ? null : ending();
    // The engine hears the process's "exit" event and releases ranks that wait in native code.
    if (finishing === null) {
      if (!received) process.stderr.write(`\n${name}: nothing to save yet.\n`);
      process.exit(exitCodes[name]);
    }
    received = name;
    process.stderr.write(`\n${name}: ${finishing}; again to quit at once.\n`);
    controller.abort();
  };
  const heard = stopSignals.filter((name) => name !== "SIGHUP" || !underNohup());
  for (const name of heard) process.on(name, handle);
  try {
    return { value: await work(controller.signal), received };
  } finally {
    for (const name of heard) process.off(name, handle);
  }
}
