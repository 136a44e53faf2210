/** What augmentation makes of images: some samples, each beside several draws of it. */
import { augmentArguments } from "../../engine/augment.js";
import { augment } from "../../kernels/reference/augment.js";
import { identity } from "../../random.js";
import type { Augmentation } from "../augment/augmentation.js";
import type { Dataset } from "../dataset.js";

/** The seed that training has by default. */
const seed = 0;

/** The samples of the training split as the first `epochs` epochs would see them: [sample][epoch], values 0 … maximum. */
export function drawImages(
  { train, shape, maximum }: Dataset,
  augmentation: Augmentation,
  samples: readonly number[],
  epochs: number,
): Float64Array[][] {
  const { height, width, channels } = shape;
  const pixels = height * width * channels;
  const x = new Float64Array(pixels);
  const values = {
    ...{
      x,
      ldx: 0,
      images: train.images,
      order: new Int32Array(identity(train.count)),
      workspace: new Float64Array(0),
    },
    ...{ scale: new Float64Array(pixels).fill(1), shift: new Float64Array(pixels), perImage: 0 },
    ...{ height, width, channels, maximum },
    ...augmentArguments(augmentation, seed),
  };
  const run = augment(values);
  const step = { first: 0, rows: 1, chunk: 1, scale: 1, start: true, finish: true, hyper: new Float64Array(0) };
  return samples.map((sample) =>
    Array.from({ length: epochs }, (_, epoch) => {
      run({ ...step, cursor: sample, epoch, group: 0, last: true, waited: () => {} });
      return x.slice();
    }),
  );
}
