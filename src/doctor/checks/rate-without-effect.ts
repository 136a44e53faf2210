/**
 * A learning rate that the run changed and its optimizer never read: the weights go on moving as far as before. Told from the
 * epochs on both sides of a steep fall, for which `metrics.jsonl` says how far they moved.
 */
import type { Finding } from "../../base/finding.js";
import { number } from "../../base/text.js";
import type { MetricsLine } from "../../run/metrics-file.js";
import type { RunCheck } from "../check.js";

/** The rate after the fall, of that before. */
const steep = 0.2;
/** Weights that move still so far, of what they moved before, did not feel it. */
const unmoved = 0.7;

interface Moved {
  readonly epoch: number;
  readonly lr: number;
  readonly moved: number;
}

export const rateWithoutEffect: RunCheck = {
  name: "rate-without-effect",
  summary: "a learning rate that fell while the weights moved on as before",
  run({ facts }) {
    // A resume may have written an epoch again: the later line holds.
    const epochs = new Map(facts.lines.flatMap(movedIn).map((line) => [line.epoch, line]));
    return [...epochs.values()].flatMap((after): Finding[] => {
      const before = epochs.get(after.epoch - 1);
      if (!before || after.lr > steep * before.lr || before.moved <= 0) return [];
      if (after.moved < unmoved * before.moved) return [];
      return [
        {
          id: "rate-without-effect",
          severity: "error",
          evidence: `The learning rate fell from ${before.lr} in epoch ${before.epoch} to ${after.lr} in epoch ${after.epoch}, but the weights moved by ${number(after.moved)} in the one and by ${number(before.moved)} in the other: the updates did not become smaller.`,
          fix: "The optimizer goes on with the old rate: every epoch after the fall was trained with that.",
        },
      ];
    });
  },
};

/** A whole epoch for which it is known; one that was broken off moved for less time. */
function movedIn({ kind, epoch, lr, moved, steps }: MetricsLine): Moved[] {
  if (kind !== "epoch" || steps !== undefined) return [];
  return [epoch, lr, moved].every((value) => typeof value === "number")
    ? [{ epoch: epoch as number, lr: lr as number, moved: moved as number }]
    : [];
}
