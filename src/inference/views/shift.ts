import type { View, ViewKind } from "./view.js";

const moved =
  (down: number, right: number): View =>
  (row, column) => [row - down, column - right];

export const shift: ViewKind = {
  name: "shift",
  summary: "moved by so many pixels up, down, left and right",
  expected: "a whole number of pixels, below the image's height and width",
  views(text, { height, width }) {
    const by = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
    if (by === 0 || by >= Math.min(height, width)) return null;
    return [moved(-by, 0), moved(by, 0), moved(0, -by), moved(0, by)];
  },
};
