/** What the names in a command's flags can be, from the registries: loaded for `--help` alone. */
import type { Command } from "commander";
import { choicesOf, exitMeanings, type Listed, usageOf } from "../index.js";

/** Name and summary; below them the options, where there are any. */
function rowsOf({ name, summary, options }: Listed): string[] {
  const usage = options ? usageOf({ name, summary, options }) : name;
  return [`  ${name.padEnd(19)}  ${summary}`, ...(usage === name ? [] : [`  ${"".padEnd(19)}  ${usage}`])];
}

const exitTable = (): string =>
  ["\nExit codes:", ...exitMeanings.map(([code, meaning]) => `  ${`${code}`.padEnd(18)}  ${meaning}`)].join("\n");

/** Adds the choices below the help of a command and of its subcommands. */
export function addChoices(command: Command): void {
  const named = command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => [option.attributeName(), option.long ?? ""]);
  // `summary NET` takes a model too, `data info NAME` a data set.
  for (const argument of command.registeredArguments) {
    if (argument.name() === "NET") named.unshift(["model", "NET"]);
    if (argument.name() === "NAME") named.unshift(["dataset", "NAME"]);
  }
  const blocks = named.flatMap(([name, where]) => {
    if (!Object.hasOwn(choicesOf, name)) return [];
    const { title, members } = choicesOf[name];
    return [`\n${title} (${where}):\n${members.flatMap(rowsOf).join("\n")}`];
  });
  if (command.parent === null) blocks.push(exitTable());
  // One text for all: Node warns of more listeners than ten.
  if (blocks.length > 0) command.addHelpText("after", blocks.join("\n"));
  for (const child of command.commands) addChoices(child);
}
