/** Where the command line begins: what holds for every command. */
import { isatty } from "node:tty";
import { versionText } from "../version.js";
import { isLaunched } from "./launched.js";
import { heedNohup } from "./nohup.js";

export async function main(argv: readonly string[]): Promise<void> {
  surviveOutput();
  surviveTerminal();
  heedNohup();
  // Nothing else is loaded for whoever starts one process, and nothing at all for whoever asks for the version.
  if (isLaunched()) {
    const { runTogether } = await import("./processes.js");
    await runTogether(() => run(argv), report);
  } else if (argv.length === 1 && argv[0] === "--version") process.stdout.write(`${versionText()}\n`);
  else await run(argv);
}

const run = async (argv: readonly string[]): Promise<void> => (await import("./run.js")).run(argv);
const report = async (error: unknown): Promise<number> => (await import("./run.js")).report(error);

/**
 * Node gives a terminal its settings back at its end, and aborts where that terminal is gone. All is done by then: the process
 * ends as a hang-up ends it, which shells show as 129.
 */
function surviveTerminal(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on("exit", () => {
    if (terminals.every((descriptor) => isatty(descriptor))) return;
    process.removeAllListeners("SIGHUP");
    process.kill(process.pid, "SIGHUP");
  });
}

/**
 * A log that cannot be written is no reason to end what it tells of. A result that cannot be written is a failure, but for
 * `heddle … | head`, which closes our output early and wants no more of it.
 */
function surviveOutput(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.exitCode = process.exitCode || 1;
    void import("./terminal.js").then(({ cannotPrint }) => report(cannotPrint(error)));
  });
}
