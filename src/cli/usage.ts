/** Commander's complaints in Heddle's one form: expected what, where, got what, what to do. */
import { existsSync } from "node:fs";
import type { Command, CommanderError } from "commander";
import {
  choicesOf,
  didYouMean,
  HeddleError,
  isLayerWord,
  lookUp,
  nameSettingsAs,
  ownerOfOption,
  shellPath,
  usageError,
} from "../index.js";
import type { Swallowed } from "./swallowed.js";
import type { Unexpanded } from "./unexpanded.js";

// Also where no command was loaded.
nameSettingsAs("flags");

export function explainUnexpanded({ where, word, fix }: Unexpanded): HeddleError {
  const got = `${JSON.stringify(word)}, which came unexpanded: there is nothing of that name`;
  return usageError({ where, expected: "a path", got, fix });
}

export function explainSwallowed({ flag, value, word }: Swallowed): HeddleError {
  const fix = `Give ${flag} its value; ${flag}=${word} takes it as it stands.`;
  return usageError({ where: flag, expected: `a value (${value})`, got: `${word}, another flag`, fix });
}

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
      const fix = ownerOfOption(quoted) ?? suggestion ?? seeHelp;
      return usageError({ where, expected: "a flag that it has", got: quoted, fix });
    }
    case "commander.optionMissingArgument":
      return usageError({ where: flag, expected: `a value (${quoted})`, got: "nothing", fix: seeHelp });
    case "commander.missingArgument":
      return usageError({ where, expected: `<${quoted}>`, got: "nothing", fix: seeHelp });
    case "commander.excessArguments": {
      const [, expected = "fewer", got = "more"] = /Expected (\d+) arguments? but got (\d+)/.exec(message) ?? [];
      const [stray] = command.args.slice(Number(expected));
      const fix = (stray !== undefined && flagFor(command, stray)) || seeHelp;
      const given = stray === undefined ? got : `${got} ("${stray}")`;
      return usageError({ where, expected: `${expected} arguments beside flags`, got: given, fix });
    }
    case "commander.invalidArgument": {
      const operand = /command-argument value '.*' is invalid for argument '([^']*)'/.exec(message)?.[1];
      const got = operand ? quoted : (/argument '([^']*)' is invalid/.exec(message)?.[1] ?? "another");
      const allowed = /Allowed choices are (.*)\./.exec(message)?.[1] ?? "another value";
      return usageError({
        where: operand ? `${where} ${operand}` : flag,
        expected: allowed.replace(/, ([^,]*)$/, " or $1"),
        got: JSON.stringify(got),
      });
    }
    default:
      return new HeddleError("usage", message.replace(/^error: /, ""));
  }
}

/** The flag that a stray word is a value of: `train mnist` means --dataset mnist. */
function flagFor(command: Command, word: string): string | undefined {
  const owner = Object.entries(choicesOf).find(
    ([key, { members }]) =>
      command.options.some((option) => option.attributeName() === key) && lookUp(members, word) !== undefined,
  );
  if (owner) return `Did you mean --${owner[0]} ${word}?`;
  // A net without quotes: the shell took its >> for the name of a file to write into.
  const { model } = command.opts<{ model?: string }>();
  if (model !== undefined && isLayerWord(model))
    return `A net of layers goes into quotes: --model "${model} ${word} …".`;
  // A form of data stands before its path.
  return existsSync(word.replace(/^[a-z]+:/, "")) ? `Did you mean --dataset ${shellPath(word)}?` : undefined;
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
