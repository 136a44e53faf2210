/** All commands with their options and what these take, read off Commander and the registries: what shells complete and the manual lists. */
import type { Argument, Command, Option } from "commander";
import { choicesOf, listExperiments } from "../index.js";
import { commands } from "./index.js";
import { emptyProgram, versioned } from "./program.js";

/** What can stand for an option's value or an operand. */
export interface Value {
  /** As help has it: "RUN|FILE". */
  readonly placeholder: string;
  readonly words: readonly Word[];
  /** Beginnings that a path follows: "folder:". */
  readonly prefixes: readonly Word[];
  /** A run folder, which those in runs/ are. */
  readonly runs: boolean;
  readonly paths: "file" | "folder" | null;
}

export interface Word {
  readonly name: string;
  readonly summary: string;
}

export interface DescribedOption {
  /** "-o" and "--out", or one of them. */
  readonly names: readonly string[];
  readonly summary: string;
  /** Null for a switch. */
  readonly value: Value | null;
  /** The value may be left out. */
  readonly optional: boolean;
}

export interface Operand {
  readonly value: Value;
  readonly summary: string;
  readonly required: boolean;
  readonly variadic: boolean;
}

export interface Described {
  /** "data info"; empty for the program itself. */
  readonly path: string;
  /** A line for the list that it stands in. */
  readonly summary: string;
  readonly description: string;
  readonly options: readonly DescribedOption[];
  readonly operands: readonly Operand[];
  readonly commands: readonly Described[];
}

/** The program with every command loaded. */
export async function describeProgram(): Promise<Described> {
  const program = emptyProgram();
  for (const { load, summary } of commands) program.addCommand(versioned((await load()).command().summary(summary)));
  const experiments = await listExperiments();
  const speed = { name: "speed", summary: "all recipes that are timed" };
  return describe(program, "", new Map([["repro", [...experiments, speed]]]));
}

/** `known`: what the operands of some commands can be, where no setting has it. */
function describe(command: Command, path: string, known: Map<string, readonly Word[]>): Described {
  const help = command.createHelp();
  const below = (name: string): string => (path === "" ? name : `${path} ${name}`);
  const children = help.visibleCommands(command);
  known.set(below("help"), children.filter((child) => child.name() !== "help").map(wordOfCommand));
  return {
    path,
    summary: summaryOf(command),
    description: command.description(),
    options: help.visibleOptions(command).map(describeOption),
    operands: command.registeredArguments.map((argument) => describeOperand(argument, path, known.get(path))),
    commands: children.map((child) => describe(child, below(child.name()), known)),
  };
}

function describeOption(option: Option): DescribedOption {
  const { short, long, flags, description, argChoices, required, optional } = option;
  const placeholder = /[<[](.*?)[>\]]/.exec(flags)?.[1] ?? "";
  const names = [short, long].filter((name) => name !== undefined);
  // What is written small in a placeholder stands for itself.
  const literal = placeholder.split("|").filter((part) => /^[a-z0-9]/.test(part));
  const listed = argChoices?.map(wordOf) ?? wordsOfSetting(option.attributeName());
  const words = [...literal.map(wordOf), ...listed.filter(({ name }) => !literal.includes(name))];
  const value = required || optional ? valueOf(placeholder, words) : null;
  return { names, summary: description, value, optional: !required };
}

function describeOperand(argument: Argument, path: string, known: readonly Word[] | undefined): Operand {
  const placeholder = argument.name();
  const setting = placeholder === "NET" ? "model" : path.startsWith("data ") ? "dataset" : "";
  const words = argument.argChoices?.map(wordOf) ?? known ?? wordsOfSetting(setting);
  const { description: summary, required, variadic } = argument;
  return { value: valueOf(placeholder, words), summary, required, variadic };
}

const wordOf = (name: string): Word => ({ name, summary: "" });

const wordOfCommand = (command: Command): Word => ({ name: command.name(), summary: summaryOf(command) });

const summaryOf = (command: Command): string => command.summary() || command.description();

const wordsOfSetting = (key: string): readonly Word[] =>
  Object.hasOwn(choicesOf, key) ? choicesOf[key].members.map(({ name, summary }) => ({ name, summary })) : [];

const pathWords = /^(?:FILE.*|IMAGE|NET)$/;

function valueOf(placeholder: string, words: readonly Word[]): Value {
  const parts = placeholder.split("|");
  const runs = parts.includes("RUN");
  return {
    placeholder,
    words: words.filter(({ name }) => !name.endsWith(pathEnd)),
    prefixes: words
      .filter(({ name }) => name.endsWith(pathEnd))
      .map(({ name, summary }) => ({ name: name.slice(0, 1 - pathEnd.length), summary })),
    runs,
    paths: parts.some((part) => pathWords.test(part)) ? "file" : runs || parts.includes("DIR") ? "folder" : null,
  };
}

/** "folder:PATH" */
const pathEnd = ":PATH";

/** A command and all below it. */
export const withBelow = (command: Described): readonly Described[] => [
  command,
  ...command.commands.flatMap(withBelow),
];
