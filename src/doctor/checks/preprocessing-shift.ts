/**
 * Images of one split that are not as those trained on: other units, other normalization, inverted. Told by its size, in
 * deviations of the training images: with many samples every difference is significant, with few none is.
 */
import type { Finding } from "../../base/finding.js";
import { imageOf, type Measured, type MeasuredSplit } from "../../evidence/measured.js";
import type { RunCheck } from "../check.js";

/** Fewer images differ by chance (50 of CIFAR-10 by up to 0.28). */
const leastImages = 30;
const mostImages = 2000;
const mostShift = 0.5;
const [lowRatio, highRatio] = [0.7, 1.4];

export const preprocessingShift: RunCheck = {
  name: "preprocessing-shift",
  summary: "a split whose images are not as those trained on",
  run({ measured }) {
    // Where every image is standardized by itself no split can be shifted.
    if (!measured || measured.file.model.preprocessing.kind !== "affine") return [];
    const trained = measured.splits.find(({ name }) => name === "train");
    if (!trained) return [];
    const of = momentsOf(measured, trained);
    return measured.splits.flatMap((split): Finding[] => {
      if (split === trained || split.samples.length < leastImages) return [];
      const apart = momentsOf(measured, split).flatMap(({ mean, deviation }, channel) => {
        const own = of[channel];
        if (own.deviation === 0) return [];
        const [shift, ratio] = [(mean - own.mean) / own.deviation, deviation / own.deviation];
        if (Math.abs(shift) <= mostShift && ratio >= lowRatio && ratio <= highRatio) return [];
        const where = of.length > 1 ? ` in channel ${channel}` : "";
        return [
          `mean ${shift < 0 ? "lower" : "higher"} by ${Math.abs(shift).toFixed(2)} deviations, deviation times ${ratio.toFixed(2)}${where}`,
        ];
      });
      if (apart.length === 0) return [];
      return [
        {
          id: "preprocessing-shift",
          severity: "warning",
          evidence: `Images of the ${split.name} split are not as those trained on: ${apart.join("; ")}.`,
          fix: "Make both from the same source in the same way: same range of values, same ground, not normalized twice.",
        },
      ];
    });
  },
};

/** By channel, of the bytes: the model's preprocessing is affine and changes no ratio; or, where splits differ in it, of the numbers that the net sees. */
function momentsOf(measured: Measured, { samples, name }: MeasuredSplit): { mean: number; deviation: number }[] {
  const { channels } = measured.dataset.shape;
  const each = Math.max(1, Math.floor(samples.length / mostImages));
  // How often each byte stands in each channel.
  const counts = new Float64Array(256 * channels);
  for (let i = 0; i < samples.length; i += each) {
    const image = imageOf(measured, samples[i]);
    for (let at = 0; at < image.length; at += channels) {
      for (let c = 0; c < channels; c++) counts[256 * c + image[at + c]]++;
    }
  }
  const unitsOf = unitsIn(measured, name);
  return Array.from({ length: channels }, (_, c) => {
    let [count, sum, squares] = [0, 0, 0];
    for (let byte = 0; byte < 256; byte++) {
      const [times, value] = [counts[256 * c + byte], unitsOf(byte, c)];
      count += times;
      sum += times * value;
      squares += times * value ** 2;
    }
    const mean = sum / count;
    return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean ** 2)) };
  });
}

/** What the model makes of a byte of a split's image. */
function unitsIn({ file }: Measured, name: MeasuredSplit["name"]): (byte: number, channel: number) => number {
  const { preprocessing } = file.model;
  if (preprocessing.kind !== "affine" || !preprocessing.testAsPublished) return (byte) => byte;
  const { scale, shift } = name === "test" ? preprocessing.testAsPublished : preprocessing;
  return (byte, channel) => byte * scale[channel] + shift[channel];
}
