/**
 * The contract of a mix: a training image and its label are mixed with those of another. A mix is one file here and one line in
 * `index.ts`; `--augment`, help, errors and tests follow. What is mixed is drawn for each place of an epoch's order, once for pixels
 * and labels, and written to the arena before the epoch: kernels read it, and draw nothing.
 */
import type { Stream } from "../../base/random.js";
import type { ImageShape } from "../../base/shape.js";
import type { Word } from "../changes/words.js";

/** Pixels [top, bottom) x [left, right). */
export interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Mixed {
  /** What the image's own label weighs; the partner's weighs the rest. */
  readonly label: number;
  /** What its own pixels weigh outside the box; inside, all is the partner's. */
  readonly pixel: number;
  readonly box: Box;
}

export const noBox: Box = { top: 0, bottom: 0, left: 0, right: 0 };

export interface Mix<S extends Readonly<Record<string, number>> = Readonly<Record<string, number>>> {
  readonly name: string;
  /** Its settings, as they are where nothing is mixed. */
  readonly off: S;
  /** How they are said in a list. */
  readonly words: readonly Word<NoInfer<S>>[];
  /** Lists of the words that tests try. */
  readonly examples: readonly string[];
  readonly isOn: (settings: NoInfer<S>) => boolean;
  /** Draws for one image of this shape. */
  readonly draw: (stream: Stream, shape: ImageShape, settings: NoInfer<S>) => Mixed;
}

export const mix = <S extends Readonly<Record<string, number>>>(definition: Mix<S>): Mix<S> => definition;
