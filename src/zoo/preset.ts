/** The preset contract: a function of input shape and classes, with the home shape of its source document. */
import type { ImageShape } from "../data/dataset.js";
import type { LayerSpec } from "../nn/spec.js";

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
  layers(options: PresetOptions): readonly LayerSpec[];
}
