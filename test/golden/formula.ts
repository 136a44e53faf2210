/**
 * A data set without a data file: `make.py` computes the same bytes. A pixel is half the pattern of its class, half
 * noise, so that a net learns it in a few epochs.
 */

import type { ImageShape, Split } from "../../src/base/shape.js";
import type { Dataset } from "../../src/data/dataset.js";

const classes = 10;

/** 32 random-looking bits of a whole number below 2^32. */
export function hash32(i: number): number {
  let x = Math.imul(i, 0x9e3779b1) >>> 0;
  x ^= x >>> 15;
  x = Math.imul(x, 0x85ebca77) >>> 0;
  x ^= x >>> 13;
  return x >>> 0;
}

export function formulaSplit(count: number, { height, width, channels }: ImageShape, maximum: number): Split {
  const pixels = height * width * channels;
  const images = new Uint8Array(count * pixels);
  const labels = new Uint16Array(count);
  for (let sample = 0; sample < count; sample++) {
    const label = hash32(0x20000000 + sample) % classes;
    labels[sample] = label;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const pattern = hash32(0x10000000 + label * 4096 + pixel) & 1;
      const noise = hash32(sample * 4096 + pixel) % (maximum + 1);
      images[sample * pixels + pixel] = (pattern * maximum + noise) >> 1;
    }
  }
  return { count, images, labels };
}

/** `test`, where asked for, are the samples after those of training. */
export function formulaDataset(train: number, shape: ImageShape, maximum: number, test = 0): Dataset {
  const { images, labels } = formulaSplit(train + test, shape, maximum);
  const pixels = shape.height * shape.width * shape.channels;
  const part = (from: number, to: number): Split => ({
    count: to - from,
    images: images.subarray(from * pixels, to * pixels),
    labels: labels.subarray(from, to),
  });
  return {
    name: "formula",
    shape,
    classes: Array.from({ length: classes }, (_, label) => `${label}`),
    maximum,
    train: part(0, train),
    test: test > 0 ? part(train, train + test) : null,
    notes: [],
  };
}
