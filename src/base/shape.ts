/** Height, width and channels of one image, or of one sample's feature map: channels last. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Images and what they show: a split of a data set, or what one file of a format holds. */
export interface Split {
  readonly count: number;
  /** count x height x width x channels bytes, channels last. */
  readonly images: Uint8Array;
  /** count class numbers. */
  readonly labels: Uint16Array;
  /** count names, where samples come from files of their own: paths below the set's folder, with `/`. */
  readonly names?: readonly string[];
}
