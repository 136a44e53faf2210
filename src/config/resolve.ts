/** Precedence: flag > environment > `--config` file > default. Each value remembers where it came from. */
import { didYouMean } from "../errors.js";
import { checkValue, field, fields, valueOfText } from "./fields.js";
import { type ConfigSource, type ConfigSources, type TrainConfig, trainConfigSchema } from "./schema.js";

/** The variables that set a field. `HEDDLE_ISA` and `HEDDLE_CACHE_DIR` are read where they act. */
const variables: Readonly<Record<string, keyof TrainConfig>> = {
  HEDDLE_THREADS: "threads",
  HEDDLE_DATA_DIR: "dataDir",
  HEDDLE_BACKEND: "backend",
};
const otherVariables = ["HEDDLE_ISA", "HEDDLE_CACHE_DIR"];

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
    checkValue(key, value, where);
    set(key, value, source);
  };
  for (const [variable, key] of Object.entries(variables)) {
    // A variable set to nothing is a variable not set.
    if (env[variable]) fromText(key, env[variable], variable, "environment");
  }
  for (const [key, text] of Object.entries(flags) as [keyof TrainConfig, string | boolean][]) {
    fromText(key, text, field(key).flag, "flag");
  }
  return { config: trainConfigSchema.parse(values), sources };
}

/** One line for each variable that looks like ours but sets nothing: a typing error there would otherwise pass unseen. */
export function strayVariables(env: NodeJS.ProcessEnv = process.env): string[] {
  const known = [...Object.keys(variables), ...otherVariables];
  return Object.keys(env)
    .filter((name) => name.startsWith("HEDDLE_") && !known.includes(name))
    .map((name) => `${name} sets nothing. ${didYouMean(name, known) || `Known: ${known.join(", ")}.`}`);
}
