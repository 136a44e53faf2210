/** The preset contract: a function of input shape and classes, with the home shape of its source document. */

import type { ImageShape } from "../base/shape.js";
import type { LayerSpec } from "../nn/spec.js";
import { expand, parseSentence } from "./arrow/parser.js";

export interface PresetOptions {
  readonly input: ImageShape;
  readonly classes: number;
  /** Activation of the hidden layers, where the net leaves it open. */
  readonly activation: LayerSpec;
}

export interface Preset {
  readonly name: string;
  readonly summary: string;
  readonly home: { readonly input: ImageShape; readonly classes: number };
  /** Whether `--activation` chooses the activation. */
  readonly openActivation?: true;
  layers(options: PresetOptions): readonly LayerSpec[];
}

/** A preset that is a sentence of the arrow language. */
export const sentencePreset = (
  name: string,
  summary: string,
  home: Preset["home"],
  sentence: (options: PresetOptions) => string,
): Preset => ({ name, summary, home, layers: (options) => expand(parseSentence(sentence(options))) });
