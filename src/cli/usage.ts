/** Commander's complaints in Heddle's one form: expected what, where, got what, what to do. */
import type { CommanderError } from "commander";
import { didYouMean, HeddleError, usageError } from "../errors.js";
import { commands } from "./index.js";

export function explainUsage(error: CommanderError, argv: readonly string[]): HeddleError {
  const { code, message } = error;
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? "";
  const names = commands.map(({ name }) => name);
  const known = argv.find((argument) => names.includes(argument));
  const where = known ? `heddle ${known}` : "heddle";
  const seeHelp = `See ${where} --help.`;

  switch (code) {
    case "commander.unknownCommand": {
      const fix = didYouMean(quoted, names) || seeHelp;
      return usageError({ where, expected: `a command (${names.join(", ")})`, got: quoted, fix });
    }
    case "commander.unknownOption": {
      const suggestion = /Did you mean (?:one of )?(.*)\?/.exec(message)?.[0];
      return usageError({ where, expected: "a flag that it has", got: quoted, fix: suggestion ?? seeHelp });
    }
    case "commander.optionMissingArgument": {
      const flag = /--[a-z-]+/.exec(quoted)?.[0] ?? quoted;
      return usageError({ where: flag, expected: `a value (${quoted})`, got: "nothing", fix: seeHelp });
    }
    case "commander.missingArgument":
      return usageError({ where, expected: `<${quoted}>`, got: "nothing", fix: seeHelp });
    case "commander.excessArguments": {
      const [, expected = "fewer", got = "more"] = /Expected (\d+) arguments? but got (\d+)/.exec(message) ?? [];
      return usageError({ where, expected: `${expected} arguments beside flags`, got, fix: seeHelp });
    }
    case "commander.invalidArgument": {
      const flag = /--[a-z-]+/.exec(quoted)?.[0] ?? quoted;
      const [, got = "another"] = /argument '([^']*)' is invalid/.exec(message) ?? [];
      const allowed = /Allowed choices are (.*)\./.exec(message)?.[1] ?? "another value";
      return usageError({ where: flag, expected: allowed.replace(/, ([^,]*)$/, " or $1"), got: JSON.stringify(got) });
    }
    default:
      return new HeddleError("usage", message.replace(/^error: /, ""));
  }
}
