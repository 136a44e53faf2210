import type { View, ViewKind } from "./view.js";

const horizontal: View = (row, column, { width }) => [row, width - 1 - column];
const vertical: View = (row, column, { height }) => [height - 1 - row, column];

export const flip: ViewKind = {
  name: "flip",
  summary: "mirrored left to right (flip vertical: upside down)",
  expected: "nothing, horizontal or vertical",
  views: (text) => (text === "vertical" ? [vertical] : text === "" || text === "horizontal" ? [horizontal] : null),
};
