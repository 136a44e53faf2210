/** An accuracy that a model has to reach on the test split, for scripts: `--require-accuracy`. */
import { type HeddleError, targetError } from "../base/errors.js";
import { percent } from "../base/text.js";
import type { Score } from "./score.js";

export interface Threshold {
  readonly accuracy: number;
  /** Null where there was nothing to measure it on. */
  readonly met: boolean | null;
}

/** How a score stands to the accuracy that is asked for. */
export function thresholdOf(accuracy: number, score: Score | null): Threshold {
  const reached = score?.values["accuracy"] ?? null;
  return { accuracy, met: reached === null ? null : reached >= accuracy };
}

/** The error of a target that was missed, or that nothing could be held to; null where it was met. */
export function missedTarget({ accuracy, met }: Threshold, score: Score | null, fix: string): HeddleError | null {
  if (met) return null;
  const reached = score?.values["accuracy"] ?? null;
  const split = score?.split ?? "test";
  return targetError({
    where: "--require-accuracy",
    expected: `${split === "all" ? "an" : `a ${split}`} accuracy of at least ${percent(accuracy)}`,
    got:
      score && reached !== null ? `${percent(reached)} on ${score.samples} samples` : "a data set without a test split",
    fix,
  });
}
