/** The fields of the configuration as flags and messages need them: read off the schema, never listed again. */
import { fromEnvironment, variables } from "../base/environment.js";
import { HeddleError, usageError } from "../base/errors.js";
import { suggest } from "../base/registry.js";
import { expectation, kebab, placeholder, shown, type ValueSchema, valueSchemas } from "../base/schema-words.js";
import { readSetting } from "../base/setting.js";
import { type TrainConfig, type TrainConfigInput, trainConfigSchema } from "./schema.js";
import { isSettingKey, settingKinds } from "./settings.js";

export interface Field {
  readonly key: keyof TrainConfig;
  /** "--batch-size"; "--no-shuffle" where the default is true. */
  readonly flag: string;
  readonly short: string | undefined;
  /** What stands for the value in help: "N|full"; absent for switches. */
  readonly placeholder: string | undefined;
  readonly description: string;
  readonly default: unknown;
  /** What a value must be, for error messages. */
  readonly expected: string;
}

const schemas = valueSchemas(trainConfigSchema) as Record<keyof TrainConfig, ValueSchema>;

const keys = Object.keys(trainConfigSchema.shape) as (keyof TrainConfig)[];
const defaults = trainConfigSchema.parse({});

export const fields: readonly Field[] = keys.map((key) => {
  const schema = schemas[key];
  return {
    key,
    flag: `--${schema.default === true ? "no-" : ""}${kebab(key)}`,
    short: schema.short,
    placeholder: placeholder(schema),
    description: schema.description ?? "",
    default: schema.default,
    expected: expectation(schema),
  };
});

/** The field of that key. */
export const field = (key: keyof TrainConfig): Field => fields[keys.indexOf(key)];

/** Whether it is what the field has where nobody says anything. */
export const isDefault = (key: keyof TrainConfig, value: unknown): boolean =>
  JSON.stringify(value) === JSON.stringify(defaults[key]);

export const isField = (key: string): key is keyof TrainConfig => Object.hasOwn(trainConfigSchema.shape, key);

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Text of a flag or a variable as a value: a number where the field can be one. */
export function valueOfText(key: keyof TrainConfig, text: string): unknown {
  const schema = schemas[key];
  const numeric = [schema, ...(schema.anyOf ?? [])].some(({ type }) => type === "integer" || type === "number");
  return numeric && numberText.test(text.trim()) ? Number(text) : text;
}

/** The value as the configuration keeps it. Throws `usageError` naming `where` unless the schema accepts it. */
export function checkValue(key: keyof TrainConfig, value: unknown, where: string): unknown {
  if (isSettingKey(key)) {
    const { choices, what } = settingKinds[key];
    return readSetting(choices, value, { where, what });
  }
  const parsed = trainConfigSchema.shape[key].safeParse(value);
  if (parsed.success && value !== undefined) return parsed.data;
  // What reads a language of its own says more of what is wrong than the schema can.
  const issue = parsed.error?.issues.find((each) => each.code === "custom");
  const told = issue?.code === "custom" ? (issue.params?.["error"] as Error | undefined) : undefined;
  if (told instanceof HeddleError) throw new HeddleError("usage", told.message.replace(field(key).flag, where));
  throw usageError({ where, expected: field(key).expected, got: shown(value) });
}

/** The fields that a variable of the environment can set. */
export const environmentFields = ["threads", "dataDir", "backend"] as const satisfies readonly (keyof TrainConfig)[];

/** A configuration given by a program: checked, completed by the environment and the defaults. Throws `usageError` naming the key. */
export function completeConfig(given: TrainConfigInput): TrainConfig {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw usageError({ where: "config", expected: "an object of settings", got: shown(given) });
  }
  for (const [key, value] of Object.entries(given)) {
    if (!isField(key)) {
      throw usageError({
        where: "config",
        expected: "a setting of heddle train",
        got: `"${key}"`,
        fix: suggest(key, keys),
      });
    }
    if (value !== undefined) checkValue(key, value, `config.${key}`);
  }
  return trainConfigSchema.parse({ ...environmentConfig(), ...withoutUndefined(given) });
}

type Machine = Pick<TrainConfig, (typeof environmentFields)[number]>;

/** Threads, back end and data folder: as given, else as the environment says, else as training has them. */
export function machineOf(given: { [Key in keyof Machine]?: Machine[Key] | undefined }): Machine {
  const { threads, backend, dataDir } = given;
  const complete = completeConfig({ threads, backend, dataDir });
  return { threads: complete.threads, backend: complete.backend, dataDir: complete.dataDir };
}

/** What variables of the environment say. Throws `usageError` naming the variable. */
function environmentConfig(): Record<string, unknown> {
  const said = environmentFields.flatMap((key) => {
    const text = fromEnvironment(key);
    return text === undefined ? [] : [[key, checkValue(key, valueOfText(key, text), variables[key])] as const];
  });
  return Object.fromEntries(said);
}

const withoutUndefined = (given: object): object =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
