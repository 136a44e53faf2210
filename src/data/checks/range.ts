/** Pixels that fill only the bottom of their range: files whose numbers mean something else than their format says. */
import { type Finding, someOf } from "../../base/finding.js";
import { count } from "../../base/text.js";
import { takesSetting } from "../index.js";
import { type CheckedData, type DataCheck, imageCount, isOneColor, nameOf, partsOf } from "./check.js";

/** Below this share of the range, images are as good as black to a net that is told the whole of it. */
const leastShare = 1 / 8;
/** No image of 0..255 that is to be seen ends at 1; one that was divided by 255 before does. */
const faintShare = 1 / 128;

export const range: DataCheck = {
  name: "range",
  summary: "no pixel above an eighth of the largest value, in all images, in those of a split, or in some",
  run(data) {
    const { dataset } = data;
    const { name, maximum, findings = [] } = dataset;
    // Files of 16 bits that hold fewer are told of by their reader, who knows what they hold.
    if (findings.some(({ id }) => id === "unused-bits")) return [];
    const [train, ...others] = partsOf(data);
    const largest = largestOf(data, train.samples);
    if (largest > 0 && largest <= maximum * leastShare) {
      const evidence = `No value above ${largest} of ${maximum}: to a net the images are almost black.`;
      const fix = takesSetting(name, "maximum")
        ? `If ${nextFull(largest)} is white in them, say --maximum ${nextFull(largest)}.`
        : scaleAll;
      return [{ id: "low-range", severity: "warning", evidence, fix }];
    }
    return others
      .flatMap(({ name: split, samples }): Finding[] => {
        const most = largestOf(data, samples);
        if (most === 0 || most > maximum * leastShare) return [];
        const evidence = `No value above ${most} of ${maximum} in the ${split} split: beside the images that are trained on, these are almost black.`;
        return [{ id: "low-range", severity: "warning", evidence, fix: scaleAll }];
      })
      .concat(faint(data));
  },
};

const scaleAll = "Scale all to 0..255 before they are saved.";

/** Of the images; no more than that it is enough, where it is. */
function largestOf({ dataset, images }: CheckedData, samples: Uint32Array): number {
  let largest = 0;
  for (const sample of samples) {
    for (const byte of images[sample]) if (byte > largest) largest = byte;
    if (largest > dataset.maximum * leastShare) return largest;
  }
  return largest;
}

/** Single images that were divided by 255 before they were saved, among others that were not. */
function faint(data: CheckedData): Finding[] {
  const { dataset, images } = data;
  const most = Math.floor(dataset.maximum * faintShare);
  const isFaint = (image: Uint8Array): boolean => image.every((byte) => byte <= most) && !isOneColor(image);
  return partsOf(data).flatMap(({ name, samples }): Finding[] => {
    const found = Array.from(samples).filter((sample) => isFaint(images[sample]));
    if (found.length === 0 || found.length === samples.length) return [];
    const names = someOf(found.map((sample) => nameOf(dataset, sample)));
    const evidence = `${count(found.length)} of ${imageCount(samples.length)} of the ${name} split ${found.length === 1 ? "has" : "have"} no value above ${most} of ${dataset.maximum}, as if divided by ${dataset.maximum} before: ${names}.`;
    return [{ id: "faint-images", severity: "warning", evidence, fix: scaleAll }];
  });
}

/** The largest number of as many bits; a power of two itself, as counts of black dots in 4x4 end at 16. */
const nextFull = (value: number): number =>
  Number.isInteger(Math.log2(value)) ? value : 2 ** Math.ceil(Math.log2(value + 1)) - 1;
