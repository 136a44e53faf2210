/**
 * What augmentation can do to an image, in the order in which it is done. In C++ reading an image flips and moves it; the others are
 * in the same order in `native/augment/changes.inc`.
 */
import { type Mixing, noMixing } from "../mixes/index.js";
import type { Change } from "./change.js";
import { color } from "./color.js";
import { crop } from "./crop.js";
import { erase } from "./erase.js";
import { flip } from "./flip.js";
import { jitter } from "./jitter.js";
import { move } from "./move.js";
import { resizedCrop } from "./resized-crop.js";

// biome-ignore format: a line each
const list = [
  flip,
  move,
  resizedCrop,
  color,
  jitter,
  crop,
  erase,
] as const;

export const changes = list as unknown as readonly Change[];

type All<T> = (T extends unknown ? (x: T) => void : never) extends (x: infer I) => void ? I : never;
type Widened<S> = { readonly [K in keyof S]: S[K] extends number ? number : S[K] extends boolean ? boolean : S[K] };

/** What is done to training images, drawn anew for each image and epoch. Nothing of it ever happens to validation or test images. */
export type Augmentation = Widened<All<(typeof list)[number]["off"]>> & Mixing;

export const noAugmentation = Object.assign({}, noMixing, ...list.map(({ off }) => off)) as Augmentation;

type Joined<L extends readonly { readonly signature: string }[]> = L extends readonly [
  infer First extends { readonly signature: string },
  ...infer Rest extends readonly { readonly signature: string }[],
]
  ? Rest extends readonly []
    ? First["signature"]
    : `${First["signature"]} ${Joined<Rest>}`
  : never;

/** The arguments of all changes, in their order. */
export const changesSignature = list.map(({ signature }) => signature).join(" ") as Joined<typeof list>;
