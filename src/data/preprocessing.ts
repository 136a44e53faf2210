/**
 * How bytes become the numbers a net sees. It is fitted on the training split once, travels inside the model file, and
 * cannot be given again: every image a model ever meets is treated as its training images were.
 */
export type Preprocessing = {
  /** The name given to `--standardize`. */
  readonly standardize: string;
  /** Images are height x width x channels. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The largest byte of the training images: 255, or 16 for the 8x8 digits. Images from files are brought to it. */
  readonly maximum: number;
} & (
  | {
      /** x = byte * scale[c] + shift[c], one pair per channel. */
      readonly kind: "affine";
      readonly scale: readonly number[];
      readonly shift: readonly number[];
      /** Images of the test split have these instead: a mistake, as published (`run/as-published.ts`). */
      readonly testAsPublished?: { readonly scale: readonly number[]; readonly shift: readonly number[] } | undefined;
    }
  | {
      /** Each image by itself: minus its mean, over the 2-norm of what remains (an even image becomes zeros). */
      readonly kind: "per-image";
    }
);
