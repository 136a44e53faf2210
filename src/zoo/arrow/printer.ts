/** Nets back as sentences: parsing what is printed gives the same layers. */

import { kebab } from "../../base/schema-words.js";
import { layerOf } from "../../nn/layers/index.js";
import type { LayerSpec } from "../../nn/spec.js";
import { expand, type Part, parseSentence } from "./parser.js";

/** The canonical sentence of parsed parts: one blank between words, nothing that could be left out. */
export const printSentence = (parts: readonly Part[]): string => parts.map(printPart).join(" >> ");

/** A list of layers as a sentence; lists that come several times in a row are written once. */
export const sentenceOf = (layers: readonly LayerSpec[]): string =>
  printSentence(fold(layers.map((spec): Part => ({ kind: "layer", spec }))));

/** Longer lists are written out: the search for repetitions takes the cube of their length. */
const foldLimit = 200;

/** The parts with the repetition that saves most written once, and again, until none saves anything. */
function fold(parts: readonly Part[]): readonly Part[] {
  if (parts.length > foldLimit) return parts;
  const texts = parts.map(printPart);
  const heads = parts.map(isHead);
  let best = { start: 0, period: 0, times: 1 };
  for (let start = 0; start < parts.length; start++) {
    for (let period = 1; start + 2 * period <= parts.length; period++) {
      let same = 0;
      while (texts[start + same] === texts[start + same + period] && start + same + period < parts.length) same++;
      const times = 1 + Math.floor(same / period);
      const more = period * (times - 1) - best.period * (best.times - 1);
      if (more > 0 || (more === 0 && heads[start] && !heads[best.start])) best = { start, period, times };
    }
  }
  const { start, period, times } = best;
  if (period * (times - 1) < 2) return parts;
  const repeat: Part = { kind: "repeat", times, parts: fold(parts.slice(start, start + period)) };
  return fold([...parts.slice(0, start), repeat, ...parts.slice(start + period * times)]);
}

/** Whether people would begin a list here: not at an activation or a pooling. */
function isHead(part: Part): boolean {
  if (part.kind === "repeat") return isHead(part.parts[0]);
  const { elementwise, passive } = layerOf(part.spec, "of a sentence");
  return !elementwise && !passive;
}

function printPart(part: Part): string {
  if (part.kind === "layer") return printLayer(part.spec);
  const list = `[${printSentence(part.parts)}]`;
  return part.times === 1 ? list : `${list}*${part.times}`;
}

/** One layer's word and arguments, and by key what its notation leaves out. */
function printLayer(spec: LayerSpec): string {
  const layer = layerOf(spec, "of a sentence");
  const rest = layer.notation.write(spec, sentenceOf);
  const { word } = layer.notation;
  const text = rest.startsWith("(") || rest === "" ? `${word}${rest}` : `${word} ${rest}`;
  // A list in parentheses ends a layer, and has no keys.
  if (rest.startsWith("(")) return text;
  const [said] = expand(parseSentence(text));
  const unsaid = Object.keys(spec).filter((key) => JSON.stringify(spec[key]) !== JSON.stringify(said[key]));
  return [text, ...unsaid.map((key) => `${kebab(key)}=${keyText(spec[key])}`)].join(" ");
}

const keyText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
