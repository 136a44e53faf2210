/** Finds the command, loads it alone, and turns what it throws into one message and an exit code. */
import { Command, CommanderError } from "commander";
import { packageVersion, versionText } from "../version.js";
import { render } from "./ansi.js";
import { commands } from "./index.js";
import { emptyProgram, versioned } from "./program.js";
import { findSwallowed } from "./swallowed.js";
import { troubleText } from "./trouble.js";
import { findUnexpanded } from "./unexpanded.js";

export async function run(argv: readonly string[]): Promise<void> {
  // The addon is loaded for whoever asks.
  const version = argv.includes("--version") ? versionText() : packageVersion();
  const program = emptyProgram(version);
  try {
    const unexpanded = findUnexpanded(argv, process.env);
    if (unexpanded !== null) throw (await import("./usage.js")).explainUnexpanded(unexpanded);
    await addCommands(program, argv, version);
    const swallowed = findSwallowed(program, argv);
    if (swallowed !== null) throw (await import("./usage.js")).explainSwallowed(swallowed);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // Help and version that were asked for end here; the library, which words of errors need, is not waited for.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const trouble = troubleText(error);
    if (trouble !== null) {
      process.stderr.write(`heddle: ${trouble}\n`);
      process.exitCode = 1;
      return;
    }
    // Usage errors of commander come as codes and texts: they take Heddle's one form here.
    const foreign = error instanceof CommanderError && error.code !== "commander.help";
    const { explainUsage } = await import("./usage.js");
    process.exitCode = await report(foreign ? explainUsage(error, program, argv) : error);
  }
}

/** Loads the command that is called; of the others, help needs the names alone. */
async function addCommands(program: Command, argv: readonly string[], version: string): Promise<void> {
  const operands = argv.filter((argument) => !argument.startsWith("-"));
  const helped = operands[0] === "help" || argv.some((argument) => argument === "--help" || argument === "-h");
  const called = operands[0] === "help" ? operands[1] : operands[0];
  for (const { name, summary, load } of commands) {
    const command = name === called ? (await load()).command() : new Command(name).description(summary);
    if (name === called && helped) (await import("./choices.js")).addChoices(command);
    program.addCommand(versioned(command, version));
  }
  if (helped && called === undefined) (await import("./choices.js")).addChoices(program);
  prepare(program);
  if (helped) refuseUnknown(program, argv[0] === "help" ? argv.slice(1) : argv);
}

/** Help on a command that does not exist: Commander would show that of the one above it, and call it a success. */
function refuseUnknown(program: Command, [word, ...rest]: readonly string[]): void {
  if (word === undefined || word.startsWith("-") || word === "help" || program.commands.length === 0) return;
  const command = program.commands.find((child) => child.name() === word);
  if (!command) throw new CommanderError(1, "commander.unknownCommand", `error: unknown command '${word}'`);
  refuseUnknown(command, rest);
}

/** Errors are thrown, not printed: `report` has the one form for all of them. */
function prepare(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) prepare(child);
}

/** One message on stderr; returns the exit code. */
export async function report(error: unknown): Promise<number> {
  // The library is loaded where it is needed: start-up time counts.
  const { exitCodes, HeddleError } = await import("../index.js");
  // Help that was shown on stderr because the command is missing.
  if (error instanceof CommanderError) return exitCodes.usage;
  if (error instanceof HeddleError) {
    process.stderr.write(`heddle: ${render(error.message)}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`heddle: unexpected failure: ${text}\n`);
  return exitCodes.run;
}
