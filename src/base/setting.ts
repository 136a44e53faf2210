/**
 * One thing of a registry with its options, as people say it and as files keep it:
 *
 *   sgd momentum=0.9 nesterov     {"name": "sgd", "momentum": 0.9, "nesterov": true}
 *   adam betas=0.7,0.9            {"name": "adam", "betas": [0.7, 0.9]}
 *   leaky-relu 0.01, leaky-relu:0.01
 *
 * A sentence is a name, then words in any order: KEY=VALUE; a switch by its bare name; a bare value is that of the next
 * key in the schema's order. Case, hyphens and underscores of names and keys do not matter. One reader for all of them:
 * keys, types and defaults come from the thing's own schema.
 */
import { z } from "zod";
import { type HeddleError, usageError } from "./errors.js";
import { lookUp, type Member, pick, plainName, suggest, type Wanted } from "./registry.js";
import { expectation, kebab, placeholder, shown, type ValueSchema, valueSchemas } from "./schema-words.js";

/** A member of a registry that takes options: a strict object whose keys all have defaults, or are optional. */
export interface Choice extends Member {
  readonly options: z.ZodObject;
  /** Sentences that show its options. */
  readonly examples?: readonly string[];
}

/** What was chosen, with every option, given or by default. */
export interface Setting {
  readonly name: string;
  readonly [option: string]: unknown;
}

export const noOptions = z.strictObject({});

/** Reads a sentence or an object. Throws `usageError` naming place, key, and what there is. */
export function readSetting(choices: readonly Choice[], given: unknown, wanted: Wanted): Setting {
  const { name, options } = typeof given === "string" ? splitSentence(given) : splitObject(given, wanted);
  const choice = lookUp(choices, name);
  if (!choice) throw unknownName(choices, name, wanted);
  const schemas = valueSchemas(choice.options);
  const values: Record<string, unknown> = {};
  for (const { key: word, value, text } of options) {
    const key = word === undefined ? nextKey(choice, schemas, values, text, wanted) : keyOf(choice, word, wanted);
    const where = `${wanted.where}, ${choice.name} ${kebab(key)}`;
    if (Object.hasOwn(values, key)) {
      throw usageError({ where, expected: "every option once", got: "it again", fix: usageOf(choice) });
    }
    const schema = choice.options.shape[key] as z.ZodType;
    values[key] = text === undefined ? value : valueOfText(schema, key, text);
    if (!schema.safeParse(values[key]).success || values[key] === undefined) {
      throw usageError({
        where,
        expected: expectation(schemas[key]),
        got: text === undefined ? shown(value) : `"${text}"`,
      });
    }
  }
  const parsed = choice.options.safeParse(values);
  if (parsed.success) return { name: choice.name, ...parsed.data };
  const [{ path, message }] = parsed.error.issues;
  const where = [`${wanted.where}, ${choice.name}`, ...path.map((part) => kebab(String(part)))].join(" ");
  const missing = path.length > 0 && values[String(path[0])] === undefined;
  throw usageError({
    where,
    expected: missing ? expectation(schemas[String(path[0])]) : lowerFirst(message),
    got: missing ? "nothing" : shown(path.length > 0 ? values[String(path[0])] : values),
    fix: usageOf(choice),
  });
}

/** One word of a sentence, or one key of an object. */
interface Option {
  readonly key: string | undefined;
  /** The value as text, of a sentence; else `value`. */
  readonly text?: string;
  readonly value?: unknown;
}

function splitSentence(sentence: string): { name: string; options: Option[] } {
  const [head = "", ...words] = sentence.trim().split(/\s+/);
  const [, name, first] = /^([^:=]*):?(.*)$/.exec(head) ?? ["", head, ""];
  const options = [...(first ? [first] : []), ...words].map((word): Option => {
    const at = word.indexOf("=");
    return at < 0 ? { key: undefined, text: word } : { key: word.slice(0, at), text: word.slice(at + 1) };
  });
  return { name, options };
}

function splitObject(given: unknown, { where, what }: Wanted): { name: string; options: Option[] } {
  const { name, ...options } = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
  if (typeof name !== "string") {
    throw usageError({ where, expected: `${what}: a text, or an object with its name`, got: shown(given) });
  }
  return { name, options: Object.entries(options).map(([key, value]) => ({ key, value })) };
}

function keyOf(choice: Choice, word: string, { where }: Wanted): string {
  const keys = Object.keys(choice.options.shape);
  const key = keys.find((candidate) => plainName(candidate) === plainName(word));
  if (key !== undefined) return key;
  const known = keys.map(kebab);
  throw usageError({
    where: `${where}, ${choice.name}`,
    expected: known.length > 0 ? `an option of ${choice.name}` : `no options, ${choice.name} has none`,
    got: `"${word}"`,
    ...(known.length > 0 && { fix: suggest(kebab(word), known) }),
  });
}

/** The key that a bare word stands for: a switch of that name, or the next key that has no value yet. */
function nextKey(
  choice: Choice,
  schemas: Readonly<Record<string, ValueSchema>>,
  values: Readonly<Record<string, unknown>>,
  word: string | undefined,
  wanted: Wanted,
): string {
  const isSwitch = (key: string): boolean => placeholder(schemas[key]) === undefined;
  const keys = Object.keys(schemas);
  const named = keys.find((key) => isSwitch(key) && plainName(key) === plainName(word ?? ""));
  const next = named ?? keys.find((key) => !isSwitch(key) && !Object.hasOwn(values, key));
  return next ?? keyOf(choice, word ?? "", wanted);
}

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Text as what the schema takes: a switch by its own name, a number, a list with commas, or the text. */
export function valueOfText(schema: z.ZodType, key: string, text: string): unknown {
  const one = (word: string): unknown => (numberText.test(word) ? Number(word) : word);
  const isOn = text === "true" || plainName(text) === plainName(key);
  const candidates = [isOn || (text === "false" ? false : text), one(text), text, text.split(",").map(one)];
  return candidates.find((candidate) => schema.safeParse(candidate).success) ?? text;
}

function unknownName(choices: readonly Choice[], name: string, { where, what }: Wanted): HeddleError {
  const owners = choices.filter(({ options }) =>
    Object.keys(options.shape).some((key) => plainName(key) === plainName(name)),
  );
  const names = choices.map((choice) => choice.name);
  const [owner] = owners;
  const fix = owner ? `It is an option of ${owner.name}: ${exampleOf(owner, name)}` : suggest(name, names);
  return usageError({ where, expected: what, got: name === "" ? "nothing" : `"${name}"`, fix });
}

/** "sgd [momentum=X] [nesterov]" with the defaults, as help shows it. */
export function usageOf({ name, options }: Choice): string {
  const words = Object.entries(valueSchemas(options)).map(([key, schema]) => {
    const value = placeholder(schema);
    const shape = value === undefined ? kebab(key) : `${kebab(key)}=${textOf(schema.default) ?? value}`;
    return (options.shape[key] as z.ZodType).safeParse(undefined).success ? `[${shape}]` : shape;
  });
  return [name, ...words].join(" ");
}

/** A sentence that has the option, or how the thing is said. */
const exampleOf = (choice: Choice, option: string): string =>
  choice.examples?.find((sentence) => plainName(sentence).includes(plainName(option))) ?? usageOf(choice);

const textOf = (value: unknown): string | undefined =>
  value === undefined || typeof value === "string"
    ? value
    : Array.isArray(value)
      ? value.join(",")
      : JSON.stringify(value);

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The shortest sentence that reads back as the setting: what has its default is left out. */
export function settingText(choices: readonly Choice[], { name, ...options }: Setting): string {
  const choice = pick(choices, name, { where: "setting", what: "a registered name" });
  const defaults = valueSchemas(choice.options);
  const words = Object.entries(options).flatMap(([key, value]) => {
    if (value === undefined || textOf(value) === textOf(defaults[key]?.default)) return [];
    if (value === true) return [kebab(key)];
    return [`${kebab(key)}=${textOf(value)}`];
  });
  return [choice.name, ...words].join(" ");
}

/** Of a key in a configuration: takes a sentence or an object, gives a complete setting. `what`: "an optimizer". */
export function settingSchema(choices: readonly Choice[], what: string): z.ZodType<Setting, string | Setting> {
  const given = z.union([z.string().min(1), z.looseObject({ name: z.string() })]);
  return given.transform((value, context): Setting => {
    try {
      return readSetting(choices, value, { where: "", what });
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message, params: { error } });
      return z.NEVER;
    }
  });
}
