/** Which samples the report looks into: those that somebody named, or the net's worst mistakes and its hits. */
import { usageError } from "../base/errors.js";
import { count } from "../base/text.js";
import type { MeasuredSplit } from "../evidence/measured.js";

/** Samples named for feature maps and occlusion maps. */
export const mostNamed = 4;

/** Of those named by their place in the split, their places among the measured. Throws `usageError` for one that was not measured. */
export const namedSamples = ({ name, places, whole }: MeasuredSplit, named: readonly number[]): number[] =>
  named.map((place) => {
    const i = places.indexOf(place);
    if (i >= 0) return i;
    const fix = places.length < whole ? `Of this net every ${Math.floor(whole / places.length)}th or so is.` : "";
    const expected = `a sample of the ${name} split that was measured (${count(places.length)} of ${count(whole)}, from 0)`;
    throw usageError({ where: "--samples", expected, got: `${place}`, fix });
  });

/** The worst mistakes, and the hits by `order` of their losses. */
export function tellingSamples(
  { answers: { labels, predicted, losses, samples } }: MeasuredSplit,
  each: number,
  order: "surest" | "hardest",
): number[] {
  const all = Array.from({ length: samples }, (_, i) => i);
  const falling = (a: number, b: number): number => losses[b] - losses[a];
  const wrong = all.filter((i) => labels[i] !== predicted[i]).sort(falling);
  const right = all.filter((i) => labels[i] === predicted[i]);
  right.sort(order === "hardest" ? falling : (a, b) => losses[a] - losses[b]);
  return [...wrong.slice(0, each), ...right.slice(0, each)];
}
