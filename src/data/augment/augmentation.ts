/**
 * What is done to training images, drawn anew for each image and epoch; a strength of 0 leaves that out. Images are
 * changed in the order of the fields. Nothing of it ever happens to validation or test images.
 */
export interface Augmentation {
  /** Mirror every second image left to right, or upside down. */
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  /** Turn by up to so many degrees, either way. */
  readonly rotate: number;
  /** Move by up to that share of the height and of the width. */
  readonly shiftHeight: number;
  readonly shiftWidth: number;
  /** Lean by up to so many degrees. */
  readonly shear: number;
  /** Stretch or squeeze each axis by itself, by a factor of 1 - zoom to 1 + zoom. */
  readonly zoomHeight: number;
  readonly zoomWidth: number;
  /** What lies outside an image that was turned, moved, leant or squeezed. */
  readonly fill: FillRule;
  /** Multiply the distance to the image's mean by 1 - contrast to 1 + contrast. */
  readonly contrast: number;
  /** Add up to that share of the largest value a pixel can have. */
  readonly brightness: number;
  /** Add normals of that deviation, a share of the largest value, to each pixel. */
  readonly noise: number;
  /** Take a window of the image's size out of the image padded with so many pixels of 0. */
  readonly crop: number;
  /** Probability that a rectangle becomes 0. */
  readonly erase: number;
}

/** The nearest pixel of the image, 0, or the image mirrored at its edge; in the order of the kernels (`native/augment/draw.h`). */
export const fillRules = ["nearest", "constant", "reflect"] as const;
export type FillRule = (typeof fillRules)[number];

export const noAugmentation: Augmentation = {
  flipHorizontal: false,
  flipVertical: false,
  rotate: 0,
  shiftHeight: 0,
  shiftWidth: 0,
  shear: 0,
  zoomHeight: 0,
  zoomWidth: 0,
  fill: "nearest",
  contrast: 0,
  brightness: 0,
  noise: 0,
  crop: 0,
  erase: 0,
};

/** A name for a list of changes. */
export interface AugmentationPreset {
  readonly name: string;
  readonly summary: string;
  /** As a user would write it. */
  readonly list: string;
}
