/** Images that are far larger than what a net needs to tell them apart. */
import type { DataCheck } from "./check.js";

/** A net of a CPU learns well from images of as many pixels; larger ones mostly cost time. */
const manyPixels = 128 * 128;

export const size: DataCheck = {
  name: "size",
  summary: "images of more than 128x128 pixels",
  run({ dataset: { shape } }) {
    const { height, width } = shape;
    if (height * width <= manyPixels) return [];
    const times = Math.round((height * width) / (64 * 64));
    const evidence = `Images are ${width} wide and ${height} high: a step takes about ${times} times as long as at 64x64.`;
    return [{ id: "large-images", severity: "note", evidence, fix: "--image-size 64 makes them smaller." }];
  },
};
