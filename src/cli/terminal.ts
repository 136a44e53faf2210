/** Colors and results: the only writers to stdout. */
import { fstatSync, writeSync } from "node:fs";
import { type HeddleError, reasonOf, runError } from "../index.js";
import { type Colors, createColors, render, renderLine } from "./ansi.js";

export interface ColorWishes {
  /** False after `--no-color`. */
  readonly color: boolean;
  readonly isTTY: boolean | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** NO_COLOR and `--no-color` win, then FORCE_COLOR, then whether a person is looking. */
export function wantsColor({ color, isTTY, env }: ColorWishes): boolean {
  if (!color || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTTY === true && env.TERM !== "dumb";
}

/** Colors for stdout. */
export const resultColors = (options: { readonly color: boolean }): Colors =>
  createColors(wantsColor({ color: options.color, isTTY: process.stdout.isTTY, env: process.env }));

export const resultColumns = (): number => process.stdout.columns || 80;

/** A result for people. */
export const printText = (text: string): void => print(`${render(text)}\n`);

/** A result for programs: a text of ours alone, to the byte. */
export const printAsIs = (text: string): void => print(text);

/** A result for programs: one document. */
export const printJson = (document: unknown): void => print(`${jsonOf(document)}\n`);

export const jsonOf = (document: unknown): string => JSON.stringify(document).replace(steering, escaped);

/** What would steer a terminal or turn the direction of text, and JSON.stringify leaves as it is; in JSON its escape is the same. */
const steering = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Into a file until all of it is there: Node's own stream takes half of it for the whole where a disk is full. */
function print(text: string): void {
  const bytes = Buffer.from(text);
  try {
    if (fstatSync(1).isFile()) for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
    else process.stdout.write(bytes);
  } catch (cause) {
    throw cannotPrint(cause);
  }
}

/** What is said where the result cannot be. */
export const cannotPrint = (cause: unknown): HeddleError =>
  runError({
    where: "stdout",
    expected: "to write the result",
    got: reasonOf(cause),
    fix: "heddle train keeps its own in the run folder too (result.json).",
    cause,
  });

/** A line beside the result: on stderr, and not with `--quiet`. */
export function noter(options: { readonly quiet?: boolean }): (text: string) => void {
  return options.quiet ? () => {} : (text) => void process.stderr.write(`${renderLine(text)}\n`);
}
