/** Options made from the configuration's fields, and those that every command has. */
import { Command, Option } from "commander";
import { type Field, field } from "../config/fields.js";
import { type Resolved, resolveConfig } from "../config/resolve.js";
import type { TrainConfig } from "../config/schema.js";
import type { LoadOptions } from "../data/dataset.js";
import { usageError } from "../errors.js";

type Key = keyof TrainConfig;

/** The settings that decide what a data set's name stands for. */
export const dataFields = ["dataDir", "allowMissing", "imageSize", "fit", "channels", "skipBad"] as const;

/** Those settings alone, without what else the configuration holds. */
export const loadOptions = (config: TrainConfig): LoadOptions =>
  Object.fromEntries(dataFields.map((key) => [key, config[key]]));

/** A command with the options that all commands have. */
export function newCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option("--quiet", "no progress and no notes, only results and errors")
    .option("--no-color", "no colours (also: NO_COLOR)");
}

export const jsonOption = (): Option => new Option("--json", "print one JSON document instead of a table");

/**
 * One option per field; flags, placeholders, defaults and descriptions come from the schema. `meanings` describe those
 * that mean something else here than to training, and have no default.
 */
export function addFields(
  command: Command,
  keys: readonly Key[],
  meanings: Partial<Record<Key, string>> = {},
): Command {
  for (const key of keys) {
    const own = meanings[key];
    const of = field(key);
    command.addOption(fieldOption(own === undefined ? of : { ...of, description: own, default: undefined }));
  }
  return command;
}

/** What commands that take a model say of fields that it decides. */
export const ofModel = { dataset: "data set to take samples from (default: the one the model was trained on)" };

/** Taken only to be refused with the reason, where it is not the model's own. */
export const standardizeOption = (): Option => new Option("--standardize <NAME>").hideHelp();

function fieldOption({ flag, short, placeholder, description, default: value }: Field): Option {
  const flags = [short && `-${short}, `, flag, placeholder && ` <${placeholder}>`].filter(Boolean).join("");
  const shown = value !== undefined && typeof value !== "boolean" ? ` (default: ${JSON.stringify(value)})` : "";
  return new Option(flags, description + shown);
}

/** The fields that were typed on the command line, as they were typed. */
export function givenFlags(command: Command, keys: readonly Key[]): Partial<Record<Key, string | boolean>> {
  const values = command.opts<Record<string, string | boolean>>();
  const typed = keys.filter((key) => command.getOptionValueSource(key) === "cli");
  return Object.fromEntries(typed.map((key) => [key, values[key]]));
}

/** The configuration that the command line, the environment, the file and the defaults give together. */
export function resolveOptions(command: Command, keys: readonly Key[], file?: string): Promise<Resolved> {
  return resolveConfig({ flags: givenFlags(command, keys), file });
}

/** A positive whole number or number of a flag that is not part of the configuration. */
export function numberOf(flag: string, text: string, kind: "whole" | "any" = "any"): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && Number.isFinite(value) && (kind === "any" || Number.isInteger(value))) return value;
  const expected = kind === "whole" ? "a whole number of at least 1" : "a number above 0";
  throw usageError({ where: flag, expected, got: JSON.stringify(text) });
}
