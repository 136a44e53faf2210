/** `--target-noise`: labels made wrong on purpose, to see what a net makes of them. */
import { usageError } from "../base/errors.js";
import { Stream } from "../base/random.js";

/**
 * Labels of the training split in which each of the `train` samples has, with probability `fraction`, one of the other
 * classes, all equally likely. A sample's draw depends on the seed and its own position alone. Also says how many changed.
 */
export function noisyLabels(
  labels: Uint16Array,
  train: Uint32Array,
  classes: number,
  fraction: number,
  seed: number,
): { labels: Uint16Array; changed: number } {
  if (fraction === 0) return { labels, changed: 0 };
  if (classes < 2) throw usageError({ where: "--target-noise", expected: "at least two classes", got: `${classes}` });
  const noisy = labels.slice();
  const stream = new Stream(seed, "targets");
  let changed = 0;
  for (const sample of train) {
    if (stream.at(sample).uniform() >= fraction) continue;
    const other = stream.below(classes - 1);
    noisy[sample] = other < labels[sample] ? other : other + 1;
    changed++;
  }
  return { labels: noisy, changed };
}
