/** What a schema asks for, in words: for help and for error messages. */
import { z } from "zod";

/** The part of a JSON Schema that settings use. */
export interface ValueSchema {
  readonly type?: "integer" | "number" | "string" | "boolean" | "array" | "object" | "null";
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly ValueSchema[];
  /** Of a list of fixed length: the schema of each place. */
  readonly prefixItems?: readonly ValueSchema[];
  readonly default?: unknown;
  readonly description?: string;
  /** What `meta` adds: the placeholder in help, a short flag, and what is expected where the type does not say it. */
  readonly value?: string;
  readonly short?: string;
  readonly expected?: string;
  readonly examples?: readonly unknown[];
}

/** The schema of each key of an object, as it may be given. */
export const valueSchemas = (object: z.ZodObject): Readonly<Record<string, ValueSchema>> =>
  (z.toJSONSchema(object, { io: "input", unrepresentable: "any" }).properties ?? {}) as Record<string, ValueSchema>;

/** What stands for a value in help: "N|full"; undefined for switches. */
export function placeholder(schema: ValueSchema): string | undefined {
  if (schema.value) return schema.value;
  if (schema.anyOf) return [...new Set(schema.anyOf.map(placeholder))].join("|");
  if (schema.enum) return schema.enum.join("|");
  if (schema.prefixItems) return schema.prefixItems.map(placeholder).join(",");
  if (schema.type === "boolean") return undefined;
  return schema.const?.toString() ?? (schema.type === "integer" ? "N" : "X");
}

/** "a whole number of at least 1, or full" */
export function expectation(schema: ValueSchema): string {
  if (schema.expected) return schema.expected;
  if (schema.anyOf) return schema.anyOf.map(expectation).join(", or ");
  if (schema.const !== undefined) return `${schema.const}`;
  if (schema.enum) return oneOf(schema.enum);
  if (schema.prefixItems) return schema.prefixItems.map(expectation).join(" and ");
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

/** "a, b or c" */
export const oneOf = (words: readonly string[]): string => words.join(", ").replace(/, ([^,]*)$/, " or $1");

/** "batchSize" as "batch-size". */
export const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A value as an error shows it, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "number") return `${value}`;
  if (typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") return `a ${typeof value}`;
  if (ArrayBuffer.isView(value)) return `an object (${kindOf(value)})`;
  try {
    return JSON.stringify(value) ?? "nothing";
  } catch {
    return `an object (${kindOf(value)}) that JSON cannot hold`;
  }
}

/** "Date", "Float32Array". */
export const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
