/** What stands above the commands: the program's own help and version. */
import { readFileSync } from "node:fs";
import { Command } from "commander";

/** The program without its commands. */
export const emptyProgram = (): Command =>
  versioned(
    new Command("heddle")
      .description("Trains image classifiers on every core of a CPU server.")
      .helpCommand("help [command]", "show the help of a command")
      .addHelpText("after", "\nheddle train needs nothing else: it trains on embedded digits in a few seconds."),
  );

/** The program and each command of it say the version. */
export function versioned(command: Command): Command {
  for (const child of command.commands) versioned(child);
  return command.version(version(), "--version", "print the version");
}

export function version(): string {
  const path = new URL("../../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
