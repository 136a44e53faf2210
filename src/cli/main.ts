/** The command line: finds the command, loads it alone, and turns what it throws into one message and an exit code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodes, HeddleError } from "../errors.js";
import { commands } from "./index.js";
import { visible } from "./table.js";
import { explainUsage } from "./usage.js";

export async function main(argv: readonly string[]): Promise<void> {
  surviveClosedPipes();
  const program = new Command("heddle");
  try {
    await addCommands(program, argv);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // Usage errors of commander come as codes and texts: they take Heddle's one form here.
    const foreign = error instanceof CommanderError && error.exitCode !== 0 && error.code !== "commander.help";
    process.exitCode = report(foreign ? explainUsage(error, program, argv) : error);
  }
}

/** Loads the command that is called; of the others, help needs the names alone. */
async function addCommands(program: Command, argv: readonly string[]): Promise<void> {
  program
    .description("Trains image classifiers on every core of a CPU server.")
    .helpCommand("help [command]", "show the help of a command")
    .version(version(), "--version", "print the version")
    .addHelpText("after", "\nheddle train needs nothing else: it trains on embedded digits in a few seconds.");

  const operands = argv.filter((argument) => !argument.startsWith("-"));
  const called = operands[0] === "help" ? operands[1] : operands[0];
  const helped = operands[0] === "help" || argv.some((argument) => argument === "--help" || argument === "-h");
  for (const { name, summary, load } of commands) {
    const command = name === called ? (await load()).command() : new Command(name).description(summary);
    if (name === called && helped) await (await import("./choices.js")).addChoices(command);
    program.addCommand(command.version(version(), "--version", "print the version"));
  }
  prepare(program);
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
function report(error: unknown): number {
  // Help and version end here too: asked for (0), or shown on stderr because the command is missing.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof HeddleError) {
    process.stderr.write(`heddle: ${error.message.split("\n").map(visible).join("\n")}\n`);
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
