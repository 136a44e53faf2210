/** The command line: finds the command, loads it alone, and turns what it throws into one message and an exit code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodes, HeddleError } from "../errors.js";
import { commands } from "./index.js";
import { explainUsage } from "./usage.js";

export async function main(argv: readonly string[]): Promise<void> {
  surviveClosedPipes();
  try {
    const program = await createProgram(argv);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = report(error, argv);
  }
}

async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("heddle")
    .description("Trains image classifiers on every core of a CPU server.")
    .helpCommand("help [command]", "show the help of a command")
    .version(version(), "--version", "print the version")
    .addHelpText("after", "\nheddle train needs nothing else: it trains on embedded digits in a few seconds.");

  const operands = argv.filter((argument) => !argument.startsWith("-"));
  const called = operands[0] === "help" ? operands[1] : operands[0];
  for (const { name, summary, load } of commands) {
    const command = name === called ? (await load()).command() : new Command(name).description(summary);
    program.addCommand(command.version(version(), "--version", "print the version"));
  }
  prepare(program);
  return program;
}

/** Errors are thrown, not printed: `report` has the one form for all of them. */
function prepare(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) prepare(child);
}

function version(): string {
  const path = new URL("../../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** One message on stderr; returns the exit code. */
function report(error: unknown, argv: readonly string[]): number {
  if (error instanceof CommanderError) {
    // Help and version were printed, and end here too.
    if (error.exitCode === 0) return exitCodes.ok;
    // Without a command, the help itself went to stderr.
    if (error.code === "commander.help") return exitCodes.usage;
    error = explainUsage(error, argv);
  }
  if (error instanceof HeddleError) {
    process.stderr.write(`heddle: ${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`heddle: unexpected failure: ${text}\n`);
  return exitCodes.run;
}

/** `heddle … | head` closes our output early: that is no failure, and nothing is left to say. */
function surviveClosedPipes(): void {
  const ignore = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  };
  process.stdout.on("error", ignore);
  process.stderr.on("error", ignore);
}
