/** Nets back as sentences: parsing what is printed gives the same layers. */
import { layerOf } from "../../nn/layers/index.js";
import type { LayerSpec } from "../../nn/spec.js";
import type { Part } from "./parser.js";

/** The canonical sentence of parsed parts: one blank between words, nothing that could be left out. */
export const printSentence = (parts: readonly Part[]): string => parts.map(printPart).join(" >> ");

/** A list of layers as a sentence, without repetitions. */
export const sentenceOf = (layers: readonly LayerSpec[]): string =>
  printSentence(layers.map((spec): Part => ({ kind: "layer", spec })));

function printPart(part: Part): string {
  if (part.kind === "layer") return printLayer(part.spec);
  const list = `[${printSentence(part.parts)}]`;
  return part.times === 1 ? list : `${list}*${part.times}`;
}

/** One layer's word and arguments. */
function printLayer(spec: LayerSpec): string {
  const { notation } = layerOf(spec, "of a sentence");
  const rest = notation.write(spec, sentenceOf);
  return rest.startsWith("(") || rest === "" ? `${notation.word}${rest}` : `${notation.word} ${rest}`;
}
