/** What is said of a model's weights beside every score of theirs. */
import type { ScoreContext } from "../metrics/score.js";
import type { ModelMetadata } from "../model/model-file.js";

/** Of a run with `--ema` the best weights are averages; those of its checkpoint are as they were trained. */
export const contextOf = (file: {
  readonly model: ModelMetadata;
  readonly epoch: number | null;
  readonly weights: "best" | "last";
}): Pick<ScoreContext, "epoch" | "weights" | "averaged" | "augmented"> => ({
  epoch: file.epoch,
  weights: file.weights,
  averaged: file.weights === "best" && "ema" in file.model.provenance,
  augmented: false,
});
