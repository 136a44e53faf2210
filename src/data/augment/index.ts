/** The presets of `--augment`, one line each, and how its text is read. */
import type { Augmentation } from "./augmentation.js";
import { cifar } from "./cifar.js";
import { cs596 } from "./cs596.js";
import { parseList, printList } from "./language.js";
import { mnist } from "./mnist.js";

export const augmentations = [cs596, mnist, cifar] as const;

/** Null for "none". Throws `usageError` with the fix where the text is no preset and no list. */
export function parseAugmentation(text: string, where = "--augment"): Augmentation | null {
  return text.trim() === "none" ? null : parseList(text, augmentations, where);
}

/** The text with presets spelt out: what it means stays the same in later versions. */
export function lastingAugmentation(text: string): string {
  const augmentation = parseAugmentation(text);
  return augmentation ? printList(augmentation) : "none";
}
