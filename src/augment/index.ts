/** The presets of `--augment`, one line each, and how its text is read. */
import type { ImageShape } from "../base/shape.js";
import { type Augmentation, changes } from "../kernels/changes/index.js";
import { cifar } from "./cifar.js";
import { cs596 } from "./cs596.js";
import { parseList, printList } from "./language.js";
import { mnist } from "./mnist.js";
import type { AugmentationPreset } from "./preset.js";

// biome-ignore format: a line each
export const augmentations: readonly AugmentationPreset[] = [
  cs596,
  mnist,
  cifar,
];

/**
 * Null for "none". Throws `usageError` with the fix where the text is no preset and no list, or where images of this shape
 * cannot be changed so.
 */
export function parseAugmentation(text: string, where = "--augment", shape?: ImageShape): Augmentation | null {
  if (text.trim() === "none") return null;
  const augmentation = parseList(text, augmentations, where);
  if (shape) for (const { check } of changes) check?.(augmentation, shape, where);
  return augmentation;
}

/** The text with presets spelt out: what it means stays the same in later versions. */
export function lastingAugmentation(text: string): string {
  const augmentation = parseAugmentation(text);
  return augmentation ? printList(augmentation) : "none";
}
