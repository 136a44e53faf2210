/** Options made from the configuration's fields, and those that every command has. */
import { Command, Option } from "commander";
import {
  type Field,
  field,
  type LoadOptions,
  nameSettingsAs,
  type Resolved,
  resolveConfig,
  type TrainConfig,
  usageError,
  weightsNames,
} from "../index.js";

// Whoever types a command knows settings by their flags.
nameSettingsAs("flags");

type Key = keyof TrainConfig;

/** The settings that decide what a data set's name stands for. */
export const dataFields = [
  "dataDir",
  "allowMissing",
  "imageSize",
  "fit",
  "channels",
  "label",
  "layout",
  "order",
  "paper",
  "maximum",
  "maxMegapixels",
  "skipBad",
] as const;

/** Those settings alone, without what else the configuration holds. */
export const loadOptions = (config: TrainConfig): LoadOptions =>
  Object.fromEntries(dataFields.map((key) => [key, config[key]]));

/** A command with the options that all commands have. */
export function newCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option("--quiet", "no progress and no notes, only results and errors")
    .option("--no-color", "no colors (also: NO_COLOR)");
}

/** What commands ask of a trained model; splits are named as `inference/asked-samples.ts` names them. */
export const splitOption = (to: string, fallback = "test; where there is none, validation"): Option =>
  new Option("--split <SPLIT>", `split to ${to} (default: ${fallback})`).choices(["train", "validation", "test"]);

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

/** Which weights of a run. */
export const weightsOption = (): Option =>
  new Option("--weights <WEIGHTS>", "of a run: of its best epoch, or after its last step (default: best)").choices(
    weightsNames,
  );

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
export function numberOf(flag: string, text: string, kind: "whole" | "any" = "any", most = 2 ** 32): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value <= most && (kind === "any" || Number.isInteger(value))) return value;
  const bound = value > most ? ` and at most ${most}` : "";
  const expected = `${kind === "whole" ? "a whole number of at least 1" : "a number above 0"}${bound}`;
  throw usageError({ where: flag, expected, got: JSON.stringify(text) });
}
