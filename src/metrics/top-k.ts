/** The share of samples whose own class is among the k with the largest logits; of equals the lower class ranks first. */
import type { Answers } from "./answers.js";
import type { Metric } from "./metric.js";

export const topK = (k: number): Metric => ({
  name: `topK.${k}`,
  title: `top-${k} accuracy`,
  summary: `share of samples whose own class is among the ${k} most probable`,
  unit: "share",
  better: "higher",
  proportion: true,
  needsLogits: true,
  // Of one it is the accuracy.
  ...(k === 1 && { alias: true }),
  of(answers) {
    const { samples, classes } = answers;
    // Where every class is among them, it says nothing.
    if (samples === 0 || k >= classes) return null;
    let hits = 0;
    for (let i = 0; i < samples; i++) if (rankOf(answers, i) < k) hits++;
    return hits / samples;
  },
});

/** How many classes rank before the sample's own. */
function rankOf({ logits, labels, classes }: Answers, sample: number): number {
  const row = sample * classes;
  const label = labels[sample];
  const own = logits[row + label];
  let before = 0;
  for (let j = 0; j < classes; j++) {
    const z = logits[row + j];
    if (z > own || (z === own && j < label)) before++;
  }
  return before;
}
