import { cosTurns, log, philox, sinTurns } from "../../base/random.js";
import { change, type Image } from "./change.js";
import { share } from "./words.js";

const off = {
  /** Multiply the distance to the image's mean by 1 - contrast to 1 + contrast. */
  contrast: 0,
  /** Add up to that share of the largest value a pixel can have. */
  brightness: 0,
  /** Add normals of that deviation, a share of the largest value, to each pixel. */
  noise: 0,
};
type Settings = typeof off;

/** Normals in C,H,W order. Each channel's plane is padded to whole blocks; of one pixel, the channels are the plane. */
function addNoise(x: Float64Array, { height, width, channels, ...image }: Image, deviation: number): void {
  const pixels = height * width;
  const [planes, plane] = pixels === 1 ? [1, channels] : [channels, pixels];
  const words = new Uint32Array(4);
  for (let c = 0; c < planes; c++) {
    for (let i = 0; i < plane; i++) {
      const counter = [image.epoch, image.sample, 0, c * Math.ceil(plane / 4) + i / 4] as const;
      if (i % 4 === 0) philox(counter, image.key0, image.key1 + 1, words);
      const pair = i & 2;
      const radius = Math.sqrt(-2 * log(1 - words[pair] * 2 ** -32));
      const turn = words[pair + 1] * 2 ** -32;
      x[i * planes + c] += radius * (i % 2 === 0 ? cosTurns(turn) : sinTurns(turn)) * deviation;
    }
  }
}

/** Contrast about the image's mean, brightness, noise; then back into 0 … maximum. */
export const color = change({
  name: "color",
  off,
  words: [
    share<Settings>("contrast", "change the contrast by up to that share", "contrast"),
    share<Settings>("brightness", "add up to that share of the largest value", "brightness"),
    share<Settings>("noise", "add normals of that deviation, as a share of the largest value", "noise"),
  ],
  signature: "contrast~ brightness~ noise~",
  draws: [
    [2, 0],
    [2, 1],
  ],
  examples: ["contrast 0.7, brightness 0.3", "noise 0.1"],
  apply(x, image, { contrast, brightness, noise }) {
    if (Math.max(contrast, brightness, noise) === 0) return;
    const { maximum, chances } = image;
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const gain = 1 + chances.within(contrast, 2, 0);
    const delta = chances.within(brightness, 2, 1) * maximum;
    for (let i = 0; i < x.length; i++) x[i] = mean + gain * (x[i] - mean) + delta;
    if (noise > 0) addNoise(x, image, noise * maximum);
    for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i], 0), maximum);
  },
});
