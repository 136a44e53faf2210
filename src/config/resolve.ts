/** Precedence: flag > environment > `--config` file > default. Each value remembers where it came from. */

import { fromEnvironment, variables } from "../base/environment.js";
import { didYouMean } from "../base/errors.js";
import { checkValue, environmentFields, field, fields, valueOfText } from "./fields.js";
import { type ConfigSource, type ConfigSources, type TrainConfig, trainConfigSchema } from "./schema.js";

export interface Given {
  /** Flags as they were typed; switches are booleans. */
  readonly flags?: Partial<Record<keyof TrainConfig, string | boolean>>;
  readonly env?: NodeJS.ProcessEnv;
  /** Path of the `--config` file. */
  readonly file?: string | undefined;
}

export interface Resolved {
  readonly config: TrainConfig;
  readonly sources: ConfigSources;
}

export async function resolveConfig({ flags = {}, env = process.env, file }: Given): Promise<Resolved> {
  const values: Record<string, unknown> = {};
  const sources: ConfigSources = {};
  const set = (key: keyof TrainConfig, value: unknown, source: ConfigSource) => {
    values[key] = value;
    sources[key] = source;
  };

  for (const { key, default: value } of fields) if (value !== undefined) set(key, value, "default");

  if (file !== undefined) {
    const { readConfigFile } = await import("./file.js");
    for (const [key, value] of Object.entries(await readConfigFile(file))) set(key as keyof TrainConfig, value, "file");
  }

  const fromText = (key: keyof TrainConfig, text: string | boolean, where: string, source: ConfigSource) => {
    const value = typeof text === "string" ? valueOfText(key, text) : text;
    set(key, checkValue(key, value, where), source);
  };
  for (const key of environmentFields) {
    const text = fromEnvironment(key, env);
    if (text !== undefined) fromText(key, text, variables[key], "environment");
  }
  for (const [key, text] of Object.entries(flags) as [keyof TrainConfig, string | boolean][]) {
    fromText(key, text, field(key).flag, "flag");
  }
  return { config: trainConfigSchema.parse(values), sources };
}

/** One line for each variable that looks like ours but sets nothing: a typing error there would otherwise pass unseen. */
export function strayVariables(env: NodeJS.ProcessEnv = process.env): string[] {
  const known: readonly string[] = Object.values(variables);
  return Object.keys(env)
    .filter((name) => name.startsWith("HEDDLE_") && !known.includes(name))
    .map((name) => `${name} sets nothing. ${didYouMean(name, known) || `Known: ${known.join(", ")}.`}`);
}
