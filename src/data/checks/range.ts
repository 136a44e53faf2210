/** Pixels that fill only the bottom of their range: files whose numbers mean something else than their format says. */
import { takesSetting } from "../index.js";
import type { DataCheck } from "./check.js";

/** Below this share of the range, images are as good as black to a net that is told the whole of it. */
const leastShare = 1 / 8;

export const range: DataCheck = {
  name: "range",
  summary: "no pixel above an eighth of the largest value",
  run({ dataset: { name, maximum, findings = [] }, split: { train }, images }) {
    // Files of 16 bits that hold fewer are told of by their reader, who knows what they hold.
    if (findings.some(({ id }) => id === "unused-bits")) return [];
    const enough = maximum * leastShare;
    let largest = 0;
    for (const sample of train) {
      for (const byte of images[sample]) if (byte > largest) largest = byte;
      if (largest > enough) return [];
    }
    if (train.length === 0 || largest === 0) return [];
    const evidence = `No value above ${largest} of ${maximum}: to a net the images are almost black.`;
    const fix = takesSetting(name, "maximum")
      ? `If ${nextFull(largest)} is white in them, say --maximum ${nextFull(largest)}.`
      : "Scale them to 0..255 before they are saved.";
    return [{ id: "low-range", severity: "warning", evidence, fix }];
  },
};

/** The largest number of as many bits; a power of two itself, as counts of black dots in 4x4 end at 16. */
const nextFull = (value: number): number =>
  Number.isInteger(Math.log2(value)) ? value : 2 ** Math.ceil(Math.log2(value + 1)) - 1;
