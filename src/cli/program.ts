/** What stands above the commands: the program's own help and version. */
import { Command } from "commander";
import { packageVersion } from "../version.js";

/** The program without its commands. `version` is what `--version` prints. */
export const emptyProgram = (version = packageVersion()): Command =>
  versioned(
    new Command("heddle")
      .description("Trains image classifiers on every core of a CPU server.")
      .helpCommand("help [command]", "show the help of a command")
      .addHelpText("after", "\nheddle train needs nothing else: it trains on embedded digits in a few seconds."),
    version,
  );

/** The program and each command of it say the version. */
export function versioned(command: Command, version = packageVersion()): Command {
  for (const child of command.commands) versioned(child, version);
  return command.version(version, "--version", "print version, addon and instruction set");
}
