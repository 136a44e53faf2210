/**
 * What programs give to functions of the library, checked at the door: TypeScript's types are gone when a program runs, and
 * JavaScript never had them. Settings of training are checked by their own schema (`config/given.ts`).
 */
import { usageError } from "./errors.js";
import { suggest } from "./registry.js";
import { kindOf, oneOf, shown } from "./schema-words.js";

/** Throws `usageError` naming `where` unless the value is what it says. */
export type Check = (value: unknown, where: string) => void;

/** A check of one condition. */
export const check =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (value, where) => {
    if (!holds(value)) throw usageError({ where, expected, got: said(value) });
  };

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

export const aText = check("a text that is not empty", (value) => typeof value === "string" && value !== "");
export const aSwitch = check("true or false", (value) => typeof value === "boolean");
export const aFunction = check("a function", (value) => typeof value === "function");
export const aSignal = check("an AbortSignal", (value) => value instanceof AbortSignal);
export const anObject = check("an object", isObject);
export const choice = (words: readonly (string | boolean)[]): Check =>
  check(oneOf(words.map(String)), (value) => (words as readonly unknown[]).includes(value));
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  check(
    `a whole number of at least ${least}${most < Number.MAX_SAFE_INTEGER ? ` and at most ${most}` : ""}`,
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  );
export const above0 = (most: number): Check =>
  check(`a number above 0 and at most ${most}`, (value) => typeof value === "number" && value > 0 && value <= most);
export const list =
  (each: Check): Check =>
  (value, where) => {
    if (!Array.isArray(value)) throw usageError({ where, expected: "an array", got: said(value) });
    for (const [i, item] of value.entries()) each(item, `${where}[${i}]`);
  };

/** Throws `usageError` unless they are bytes that still have their memory. */
export function checkBytes(bytes: unknown, where: string): asserts bytes is Uint8Array {
  const isBytes = bytes instanceof Uint8Array || bytes instanceof Uint8ClampedArray;
  if (!isBytes) throw usageError({ where, expected: "a Uint8Array", got: said(bytes) });
  if (bytes.length === 0 && isDetached(bytes.buffer)) {
    throw usageError({ where, expected: "bytes", got: "an array whose memory was transferred away" });
  }
}

/** Node 20 has no property that tells. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Options of a function: an object of these keys. `needed` must be there; what is undefined is as if left out. */
export function checkOptions(
  where: string,
  given: unknown,
  checks: Readonly<Record<string, Check>>,
  needed: readonly string[] = [],
): void {
  anObject(given, `${where}, options`);
  for (const [key, value] of Object.entries(given as object)) {
    if (!Object.hasOwn(checks, key)) {
      const fix = suggest(key, Object.keys(checks));
      throw usageError({ where, expected: "an option that it has", got: `"${key}"`, fix });
    }
    if (value !== undefined) checks[key](value, `${where}, ${key}`);
  }
  for (const key of needed) {
    if ((given as Record<string, unknown>)[key] === undefined) {
      throw usageError({ where, expected: key, got: "options without it" });
    }
  }
}

type AnyFunction = (...given: never[]) => unknown;

/**
 * Functions that make words and documents of what the library gave: what they cannot read is a `usageError` that names the
 * function, not a failure somewhere inside.
 */
export const guarded = <Functions extends Readonly<Record<string, AnyFunction>>>(functions: Functions): Functions =>
  Object.fromEntries(
    Object.entries(functions).map(([name, call]) => [name, (...given: never[]) => answerOf(name, call, given)]),
  ) as Functions;

function answerOf(name: string, call: AnyFunction, given: never[]): unknown {
  const refuse = (cause: unknown): never => {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    const got = given.map(said).join(", ") || "nothing";
    throw usageError({ where: name, expected: "arguments of the types that it declares", got, cause });
  };
  try {
    const answer = call(...given);
    return answer instanceof Promise ? answer.catch(refuse) : answer;
  } catch (cause) {
    return refuse(cause);
  }
}

/** Small values as they are, of others what they are. */
function said(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? `an object (${kindOf(value)})` : shown(value);
}
