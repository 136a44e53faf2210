/** Commander's complaints in Heddle's one form: expected what, where, got what, what to do. */
import type { Command, CommanderError } from "commander";
import { didYouMean, HeddleError, usageError } from "../errors.js";

export function explainUsage(
  { code, message }: CommanderError,
  program: Command,
  argv: readonly string[],
): HeddleError {
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? "";
  const flag = /--[a-z-]+/.exec(quoted)?.[0] ?? quoted;
  const command = calledCommand(program, argv);
  const where = command.parent ? command.name() : "command line";
  const seeHelp = `See ${fullName(command)} --help.`;

  switch (code) {
    case "commander.unknownCommand": {
      const names = command.commands.map((child) => child.name());
      const fix = didYouMean(quoted, names) || seeHelp;
      return usageError({ where, expected: `a command (${names.join(", ")})`, got: quoted, fix });
    }
    case "commander.unknownOption": {
      const suggestion = /Did you mean (?:one of )?(.*)\?/.exec(message)?.[0];
      return usageError({ where, expected: "a flag that it has", got: quoted, fix: suggestion ?? seeHelp });
    }
    case "commander.optionMissingArgument":
      return usageError({ where: flag, expected: `a value (${quoted})`, got: "nothing", fix: seeHelp });
    case "commander.missingArgument":
      return usageError({ where, expected: `<${quoted}>`, got: "nothing", fix: seeHelp });
    case "commander.excessArguments": {
      const [, expected = "fewer", got = "more"] = /Expected (\d+) arguments? but got (\d+)/.exec(message) ?? [];
      return usageError({ where, expected: `${expected} arguments beside flags`, got, fix: seeHelp });
    }
    case "commander.invalidArgument": {
      const [, got = "another"] = /argument '([^']*)' is invalid/.exec(message) ?? [];
      const allowed = /Allowed choices are (.*)\./.exec(message)?.[1] ?? "another value";
      return usageError({ where: flag, expected: allowed.replace(/, ([^,]*)$/, " or $1"), got: JSON.stringify(got) });
    }
    default:
      return new HeddleError("usage", message.replace(/^error: /, ""));
  }
}

/** The deepest command that the words before the first flag name. */
function calledCommand(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (!child) break;
    command = child;
  }
  return command;
}

const fullName = (command: Command): string =>
  command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
