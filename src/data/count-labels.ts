/** How many of the labels are 0, 1, … classes - 1: of the samples named, or of all. */
export function countLabels(labels: ArrayLike<number>, classes: number, samples?: ArrayLike<number>): number[] {
  const counts = new Array<number>(classes).fill(0);
  if (samples) for (let i = 0; i < samples.length; i++) counts[labels[samples[i]]]++;
  else for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}
