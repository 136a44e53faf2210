/** From the settings of augmentation to the arguments of its operation. */
import { streamKey } from "../base/random.js";
import type { ImageShape } from "../base/shape.js";
import { type Augmentation, changes } from "../kernels/changes/index.js";
import type { Mixing } from "../kernels/mixes/index.js";
import type { InstructionArguments } from "../kernels/ops/index.js";

/** Numbers in the scratch of a rank: an image in a border of one pixel, and where images are mixed a whole one. */
export const augmentWorkspace = ({ height, width, channels }: ImageShape, mixed: boolean): number =>
  ((height + 2) * (width + 2) + (mixed ? height * width : 0)) * channels;

type AugmentNumbers = Pick<InstructionArguments<"augment">, keyof Omit<Augmentation, keyof Mixing> | "key0" | "key1">;

/** The arguments that say what is done and what is drawn. */
export function augmentArguments(augmentation: Augmentation, seed: number): AugmentNumbers {
  const [key0, key1] = streamKey(seed, "augment");
  const ofChanges = Object.keys(
    Object.assign({}, ...changes.map(({ off }) => off)) as object,
  ) as (keyof Augmentation)[];
  const numbers = ofChanges.map((name) => [name, Number(augmentation[name])]);
  const own = changes.map(({ argumentsOf }) => argumentsOf?.(augmentation));
  return Object.assign({ key0, key1 }, Object.fromEntries(numbers), ...own) as AugmentNumbers;
}
