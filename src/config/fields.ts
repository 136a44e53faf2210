/** The fields of the configuration as flags and messages need them: read off the schema, never listed again. */
import { z } from "zod";
import { usageError } from "../errors.js";
import { type TrainConfig, type TrainConfigInput, trainConfigSchema } from "./schema.js";

/** The part of a JSON Schema that the configuration uses. */
interface ValueSchema {
  readonly type?: "integer" | "number" | "string" | "boolean";
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly ValueSchema[];
  readonly default?: unknown;
  readonly description?: string;
  readonly value?: string;
  readonly short?: string;
}

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

const schemas = z.toJSONSchema(trainConfigSchema, { io: "input" }).properties as Record<keyof TrainConfig, ValueSchema>;

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function placeholder(schema: ValueSchema): string | undefined {
  if (schema.value) return schema.value;
  if (schema.anyOf) return [...new Set(schema.anyOf.map(placeholder))].join("|");
  if (schema.enum) return schema.enum.join("|");
  if (schema.type === "boolean") return undefined;
  return schema.const?.toString() ?? (schema.type === "integer" ? "N" : "X");
}

function expectation(schema: ValueSchema): string {
  if (schema.anyOf) return schema.anyOf.map(expectation).join(", or ");
  if (schema.const !== undefined) return `${schema.const}`;
  if (schema.enum) return schema.enum.join(", ").replace(/, ([^,]*)$/, " or $1");
  if (schema.type === "boolean") return "true or false";
  if (schema.type === "string") return "a text that is not empty";
  const bounds = [
    schema.minimum !== undefined && `of at least ${schema.minimum}`,
    schema.exclusiveMinimum !== undefined && `above ${schema.exclusiveMinimum}`,
    schema.maximum !== undefined && schema.maximum !== Number.MAX_SAFE_INTEGER && `at most ${schema.maximum}`,
    schema.exclusiveMaximum !== undefined && `below ${schema.exclusiveMaximum}`,
  ].filter((bound) => bound !== false);
  return `a ${schema.type === "integer" ? "whole number" : "number"} ${bounds.join(" and ")}`.trimEnd();
}

const keys = Object.keys(trainConfigSchema.shape) as (keyof TrainConfig)[];

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

export const isField = (key: string): key is keyof TrainConfig => Object.hasOwn(trainConfigSchema.shape, key);

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Text of a flag or a variable as a value: a number where the field can be one. */
export function valueOfText(key: keyof TrainConfig, text: string): unknown {
  const schema = schemas[key];
  const numeric = [schema, ...(schema.anyOf ?? [])].some(({ type }) => type === "integer" || type === "number");
  return numeric && numberText.test(text.trim()) ? Number(text) : text;
}

/** Throws `usageError` naming `where` unless the schema accepts the value. */
export function checkValue(key: keyof TrainConfig, value: unknown, where: string): void {
  if (trainConfigSchema.shape[key].safeParse(value).success && value !== undefined) return;
  throw usageError({
    where,
    expected: field(key).expected,
    got: typeof value === "number" ? `${value}` : (JSON.stringify(value) ?? "nothing"),
  });
}

/** A configuration given by a program: checked, and completed by the defaults. Throws `usageError` naming the key. */
export function completeConfig(given: TrainConfigInput): TrainConfig {
  const parsed = trainConfigSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  const key = String(path[0] ?? "");
  if (isField(key)) checkValue(key, given[key], `config.${key}`);
  throw usageError({ where: "config", expected: `the settings of heddle train (${keys.join(", ")})`, got: message });
}
