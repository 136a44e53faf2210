/**
 * The contract of test-time augmentation. A kind of view is one file here and one line in `index.ts`: images as they might
 * have been taken as well. `evaluate --tta`, its help and its errors follow. Nothing is drawn: a model has one score.
 */
import type { ImageShape } from "../../base/shape.js";

/** Where a view takes its pixel (row, column) from; outside the image it is the nearest at its edge. */
export type View = (row: number, column: number, shape: ImageShape) => readonly [row: number, column: number];

export interface ViewKind {
  /** The word of `--tta`. */
  readonly name: string;
  /** "mirrored left to right": what it adds to the image as it is. */
  readonly summary: string;
  /** What its value may be, for errors. */
  readonly expected: string;
  /** The views beside the image itself, for images of this shape; null where the text is not what is expected. */
  readonly views: (text: string, shape: ImageShape) => readonly View[] | null;
}
