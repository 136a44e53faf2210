/**
 * The contract of a change that augmentation makes to training images. A change is one file here and one line in `index.ts`, and a
 * file and a line under `native/augment/`. `--augment`, help, errors, the arguments of the kernel and the tests follow from it.
 *
 * What is drawn for an image is a function of (seed, epoch, sample): 32 numbers, of which each change reads its own places.
 */
import type { ImageShape } from "../../base/shape.js";
import type { ArgumentsOf, Kinds } from "../signature.js";
import type { Chances } from "./chances.js";
import type { Word } from "./words.js";

export type Settings = Readonly<Record<string, number | boolean | string>>;

/** An image while it is changed. */
export interface Image extends ImageShape {
  /** The largest value that a pixel can have. */
  readonly maximum: number;
  /** Of the seed's stream; what draws more than the 32 numbers takes key1 + 1 and on. */
  readonly key0: number;
  readonly key1: number;
  readonly epoch: number;
  readonly sample: number;
  readonly chances: Chances;
}

export interface Change<S extends Settings = Settings, A extends string = string> {
  /** Its function in `native/augment/changes.inc`, where it has one. */
  readonly name: string;
  /** Its settings, as they are where nothing is done. */
  readonly off: S;
  /** How they are said in a list. */
  readonly words: readonly Word<NoInfer<S>>[];
  /** Its arguments, one number for each setting, of the same name (`../signature.ts`). */
  readonly signature: A;
  /** The arguments that are not the settings as numbers. */
  readonly argumentsOf?: (settings: NoInfer<S>) => Readonly<Record<string, number>>;
  /** Throws `usageError` where images of this shape cannot be changed so. */
  readonly check?: (settings: NoInfer<S>, shape: ImageShape, where: string) => void;
  /** The places [block, word] of the 32 numbers that it reads. */
  readonly draws: readonly (readonly [block: number, word: number])[];
  /** Lists of the words that tests try, beside each other change's. */
  readonly examples: readonly string[];
  /**
   * The twin: changes x, [height][width][channels] numbers of 0 … maximum. All arithmetic is in double and of operations
   * that round the same everywhere.
   */
  readonly apply: (x: Float64Array, image: Image, values: ArgumentsOf<A, Kinds>) => void;
}

export const change = <S extends Settings, const A extends string>(definition: Change<S, A>): Change<S, A> =>
  definition;
