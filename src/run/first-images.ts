/** What initializers that look at the data get to see. */
import { usageError } from "../base/errors.js";
import { writeImageNumbers } from "../data/image-numbers.js";
import { placeOf } from "../data/samples.js";
import { initializerLooks } from "../nn/initializers/index.js";
import type { FirstImages } from "../nn/initializers/initializer.js";
import type { Session } from "./session.js";

/**
 * The images that a session trains on, in their order, if its initializer looks at them. Throws `usageError` where the net
 * does not begin with a convolution.
 */
export function firstImages({ config, net, dataset, train, preprocessing }: Session): FirstImages | undefined {
  if (!initializerLooks(config.initializer)) return undefined;
  const [first] = net.layers;
  if (first.parameters[0]?.shape.length !== 4) {
    throw usageError({
      where: `--initializer ${config.initializer?.name}`,
      expected: "a net whose first layer is a convolution",
      got: `one that begins with ${first.spec.type}`,
    });
  }
  const { height, width, channels } = dataset.shape;
  const numbers = new Float64Array(height * width * channels);
  return {
    ...{ height, width, channels, count: train.length },
    read(i) {
      const { split, at } = placeOf(dataset, train[i]);
      const image = split.images.subarray(at * numbers.length, (at + 1) * numbers.length);
      writeImageNumbers(numbers, image, preprocessing);
      return numbers;
    },
  };
}
