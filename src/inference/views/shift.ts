import type { ImageShape } from "../../base/shape.js";
import type { View, ViewKind } from "./view.js";

export const moved =
  (down: number, right: number): View =>
  (row, column) => [row - down, column - right];

/** How far a view is moved. */
export const pixels = {
  expected: "a whole number of pixels, below the image's height and width",
  /** Null where the text is not that. */
  read(text: string, { height, width }: ImageShape): number | null {
    const by = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
    return by === 0 || by >= Math.min(height, width) ? null : by;
  },
};

export const shift: ViewKind = {
  name: "shift",
  summary: "moved by so many pixels up, down, left and right",
  expected: pixels.expected,
  views(text, shape) {
    const by = pixels.read(text, shape);
    return by === null ? null : [moved(-by, 0), moved(by, 0), moved(0, -by), moved(0, by)];
  },
};
