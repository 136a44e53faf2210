/** Sentences of the arrow language as tokens, and errors that point into them. */
import { type HeddleError, usageError } from "../../base/errors.js";

export interface Token {
  /** Words and numbers are `atom`; the others are what they look like. */
  readonly kind: "atom" | ">>" | "[" | "]" | "*" | "(" | ")" | "," | "end";
  /** In lower case, since words may be written in any. */
  readonly text: string;
  /** Place in the sentence, from 0. */
  readonly at: number;
}

const pattern = /\s+|(>>|[[\]*(),])|([^\s[\]*(),>]+)|(.)/gsu;

/** Throws `usageError` on a sign that is not of the language. */
export function tokens(sentence: string): Token[] {
  const found: Token[] = [];
  for (const { 1: sign, 2: atom, 3: stray, index: at } of sentence.matchAll(pattern)) {
    if (stray !== undefined) throw sentenceError(sentence, at, { expected: `">>" between layers`, got: `"${stray}"` });
    if (sign !== undefined) found.push({ kind: sign as Token["kind"], text: sign, at });
    if (atom !== undefined) found.push({ kind: "atom", text: atom.toLowerCase(), at });
  }
  found.push({ kind: "end", text: "", at: sentence.trimEnd().length });
  return found;
}

/** What an error says a token is. */
export const nameOf = ({ kind, text }: Token): string => (kind === "end" ? "the end" : `"${text}"`);

const excerptWidth = 76;

/** An error at a place of the sentence, with a caret under it. */
export function sentenceError(
  sentence: string,
  at: number,
  { expected, got, fix = "" }: { expected: string; got: string; fix?: string },
): HeddleError {
  const line = sentence.replace(/\s/g, " ");
  const from =
    line.length > excerptWidth ? Math.max(0, Math.min(at - excerptWidth / 2, line.length - excerptWidth)) : 0;
  const shown = line.slice(from, from + excerptWidth);
  return usageError({
    where: `--model, column ${at + 1}`,
    expected,
    got,
    fix,
    excerpt: `  ${shown}\n  ${" ".repeat(at - from)}^`,
  });
}
