/** What the two commands of a pack share: flags, and errors as one line. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { HeddleError, usageError } from "../../../base/errors.js";

/** Ends the process by the exit code of what `main` throws. Results go to standard output, all else to standard error. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    say(`error: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}

export const say = (text: string): void => void process.stderr.write(`${text}\n`);
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export interface Arguments {
  readonly paths: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}

/** Throws `usageError` for flags that are none, with the usage; `--help` prints it and ends the process. */
export function readArguments(usage: string, flags: Readonly<Record<string, "string" | "boolean">>): Arguments {
  const options = Object.fromEntries(
    Object.entries({ ...flags, help: "boolean" as const }).map(([name, type]) => [name, { type }]),
  );
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values["help"] === true) {
      print(usage);
      process.exit(0);
    }
    if (positionals.length > 0) return { paths: positionals, flags: values };
    throw usageError({ where: "the command", expected: usage, got: "no file" });
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw usageError({ where: "the command", expected: usage, got: (cause as Error).message, cause });
  }
}

/** Of `--threads`; as many as the process may use where it is not given. Throws `usageError`. */
export function threadsOf(given: string | boolean | undefined): number {
  if (given === undefined) return availableParallelism();
  const threads = Number(given);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw usageError({ where: "--threads", expected: "a whole number 1..256", got: String(given) });
}
