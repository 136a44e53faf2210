/**
 * The arrow language: a net as a sentence, "[[conv 32x3 same >> relu]*2 >> pool 2]*3 >> fc 128 >> relu >> fc 10". The
 * notation is that of the CS596 slides, with sizes. Words come from the layers' own notations (`nn/notation.ts`).
 *
 *   net    = part { ">>" part }
 *   part   = ( "[" net "]" | layer ) [ "*" times ]
 *   layer  = word { argument } { key "=" value } [ "(" net { "," net } ")" ]
 *
 * A word alone has its notation's sizes. Keys are those of the layer's schema: "bn momentum=0.01", "conv 32x3 bias=false".
 */
import type { z } from "zod";
import { didYouMean, type HeddleError } from "../../base/errors.js";
import { plainName, suggest } from "../../base/registry.js";
import { kebab } from "../../base/schema-words.js";
import { valueOfText } from "../../base/setting.js";
import type { Layer } from "../../nn/layer.js";
import { countLayers, layers } from "../../nn/layers/index.js";
import { depthLimit, layerLimit } from "../../nn/net.js";
import type { Arguments } from "../../nn/notation.js";
import type { LayerSpec } from "../../nn/spec.js";
import { nameOf, sentenceError, type Token, tokens } from "./lexer.js";

/** One part of a sentence: a layer, or a list that comes several times. */
export type Part =
  /** `bare`: its sizes are not said. */
  | { readonly kind: "layer"; readonly spec: LayerSpec; readonly bare?: true }
  | { readonly kind: "repeat"; readonly times: number; readonly parts: readonly Part[] };

/** The schemas of a layer's options. */
export const shapeOf = (layer: Layer): Readonly<Record<string, z.ZodType>> =>
  (layer.schema as unknown as z.ZodObject).shape;

export const layerOfWord = (word: string): Layer | undefined => layers.find(({ notation }) => notation.word === word);

/** The layers that parts stand for. */
export const expand = (parts: readonly Part[]): LayerSpec[] =>
  parts.flatMap((part) =>
    part.kind === "layer" ? [part.spec] : Array.from({ length: part.times }, () => expand(part.parts)).flat(),
  );

/** Whether a layer somewhere, or the last one, leaves its sizes out. */
export const someBare = (parts: readonly Part[]): boolean =>
  parts.some((part) => (part.kind === "layer" ? part.bare === true : someBare(part.parts)));
export function endsBare(parts: readonly Part[]): boolean {
  const last = parts.at(-1);
  return last?.kind === "layer" ? last.bare === true : last !== undefined && endsBare(last.parts);
}

const sizeOfParts = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + sizeOfPart(part), 0);

const sizeOfPart = (part: Part): number =>
  part.kind === "layer" ? countLayers([part.spec]) : part.times * sizeOfParts(part.parts);

/** Throws `usageError` with the column, and a caret under it. */
export function parseSentence(sentence: string): Part[] {
  const parser = new Parser(sentence);
  const parts = parser.net(0);
  parser.expectEnd();
  return parts;
}

class Parser implements Arguments {
  readonly #sentence: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  /** The layer that is read, for what its errors say. */
  #layer: Layer | undefined;

  constructor(sentence: string) {
    this.#sentence = sentence;
    this.#tokens = tokens(sentence);
  }

  net(depth: number): Part[] {
    this.#depth = depth;
    if (depth > depthLimit) throw this.#error(`lists at most ${depthLimit} deep`);
    const parts = [this.#part(depth)];
    let size = sizeOfPart(parts[0]);
    for (let { at } = this.#token; this.#take(">>"); { at } = this.#token) {
      const part = this.#part(depth);
      size += sizeOfPart(part);
      if (size > layerLimit) {
        const expected = `at most ${layerLimit} layers in all`;
        throw sentenceError(this.#sentence, at, { expected, got: `${size} up to here` });
      }
      parts.push(part);
    }
    return parts;
  }

  expectEnd(): void {
    if (this.#token.kind !== "end") throw this.#error(`">>" or the end`, this.#usage);
  }

  #part(depth: number): Part {
    const one = this.#take("[") ? this.#list(depth) : [this.#readLayer(depth)];
    const star = this.#token;
    if (!this.#take("*")) return one.length === 1 ? one[0] : { kind: "repeat", times: 1, parts: one };
    this.#layer = undefined;
    const times = this.integer("how many times, as in *3", 1);
    if (times * sizeOfParts(one) > layerLimit) {
      const [expected, got] = [`at most ${layerLimit} layers in all`, `${times} times ${sizeOfParts(one)}`];
      throw sentenceError(this.#sentence, star.at, { expected, got });
    }
    return { kind: "repeat", times, parts: one };
  }

  #list(depth: number): Part[] {
    const parts = this.net(depth + 1);
    if (!this.#take("]")) throw this.#error(`">>" or "]"`, this.#usage);
    this.#layer = undefined;
    return parts;
  }

  #readLayer(depth: number): Part {
    const word = this.#token;
    const layer = word.kind === "atom" ? layerOfWord(word.text) : undefined;
    if (!layer) {
      const words = layers.map(({ notation }) => notation.word);
      throw this.#error(`a layer (${words.join(", ")})`, didYouMean(word.text, words));
    }
    this.#next++;
    this.#layer = layer;
    this.#depth = depth;
    const first = this.#token;
    const bare = this.#endsLayer ? layer.notation.bare : undefined;
    const spec = this.#withKeys(layer, bare ?? layer.notation.read(this));
    this.#layer = layer;
    const parsed = layer.schema.safeParse(spec);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0];
      const got = this.#sentence.slice(first.at, this.#tokens[this.#next].at).trim();
      const expected = `a valid ${path.length > 0 ? path.join(".") : layer.type} (${message})`;
      throw sentenceError(this.#sentence, first.at, { expected, got, fix: this.#usage });
    }
    return { kind: "layer", spec, ...(bare && { bare: true }) };
  }

  /** Nothing more is said of a layer: the next token is no argument of it. */
  get #endsLayer(): boolean {
    return this.#token.kind !== "(" && (this.#token.kind !== "atom" || this.#token.text.includes("="));
  }

  /** The spec with what "key=value" says of it. */
  #withKeys(layer: Layer, spec: LayerSpec): LayerSpec {
    let result = spec;
    for (; this.#token.kind === "atom" && this.#token.text.includes("="); this.#next++) {
      const { text, at } = this.#token;
      const [word, value] = [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
      const keys = Object.keys(shapeOf(layer)).filter((key) => key !== "type");
      const key = keys.find((candidate) => plainName(candidate) === plainName(word));
      if (key === undefined) {
        const fix = suggest(word, keys.map(kebab));
        throw sentenceError(this.#sentence, at, {
          expected: `an option of ${layer.notation.word}`,
          got: `"${word}"`,
          fix,
        });
      }
      result = { ...result, [key]: valueOfText(shapeOf(layer)[key], key, value) };
    }
    return result;
  }

  get #token(): Token {
    return this.#tokens[this.#next];
  }

  get #usage(): string {
    return this.#layer ? `The layer is written ${this.#layer.notation.usage}.` : "";
  }

  #take(kind: Token["kind"]): boolean {
    if (this.#token.kind !== kind) return false;
    this.#next++;
    return true;
  }

  #error(expected: string, fix = ""): HeddleError {
    return sentenceError(this.#sentence, this.#token.at, { expected, got: nameOf(this.#token), fix });
  }

  #atom(pattern: RegExp, what: string): string {
    const { kind, text } = this.#token;
    if (kind !== "atom" || !pattern.test(text)) throw this.#error(what, this.#usage);
    this.#next++;
    return text;
  }

  integer(what: string, least: number): number {
    const { at } = this.#token;
    const value = Number(this.#atom(/^\d{1,9}$/, what));
    if (value >= least) return value;
    throw sentenceError(this.#sentence, at, { expected: `${what}, at least ${least}`, got: `"${value}"` });
  }

  number(what: string): number {
    return Number(this.#atom(/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/, what));
  }

  hasNumber(): boolean {
    return this.#token.kind === "atom" && /^[\d.]/.test(this.#token.text);
  }

  sizes(what: string, least: number, most: number): number[] {
    const pattern = new RegExp(`^\\d{1,9}(x\\d{1,9}){${least - 1},${most - 1}}$`);
    return this.#atom(pattern, what).split("x").map(Number);
  }

  oneOf(...words: string[]): string | undefined {
    const { kind, text } = this.#token;
    if (kind !== "atom" || !words.includes(text)) return undefined;
    this.#next++;
    return text;
  }

  lists(what: string, most: number): LayerSpec[][] {
    const [layer, depth] = [this.#layer, this.#depth];
    if (!this.#take("(")) throw this.#error(what, this.#usage);
    const lists = [expand(this.net(depth + 1))];
    while (lists.length < most && this.#take(",")) lists.push(expand(this.net(depth + 1)));
    if (!this.#take(")")) throw this.#error(`">>"${lists.length < most ? `, ","` : ""} or ")"`, this.#usage);
    this.#layer = layer;
    return lists;
  }
}
