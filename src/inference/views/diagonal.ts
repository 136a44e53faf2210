import { moved, pixels } from "./shift.js";
import type { ViewKind } from "./view.js";

export const diagonal: ViewKind = {
  name: "diagonal",
  summary: "moved by so many pixels up and left, and down and right",
  expected: pixels.expected,
  views(text, shape) {
    const by = pixels.read(text, shape);
    return by === null ? null : [moved(-by, -by), moved(by, by)];
  },
};
