/** The losses of an epoch's minibatches, as means over equal parts of it: fine enough for a curve, few enough for a line. */

/** Parts of an epoch: fewer where there are many epochs, or few steps. */
export const partsOf = (steps: number, epochs: number): number =>
  Math.min(steps, Math.max(4, Math.min(50, Math.floor(1000 / epochs))));

const partAt = (step: number, steps: number, parts: number): number => Math.floor((step * parts) / steps);

/** `sums` with the losses of these steps added, in order: a run that was resumed has those of an unbroken one. */
export function addLosses(
  sums: readonly number[],
  losses: Float64Array,
  [from, to]: readonly [from: number, to: number],
  { steps, config: { epochs } }: { readonly steps: number; readonly config: { readonly epochs: number } },
): readonly number[] {
  const parts = partsOf(steps, epochs);
  const added = sums.length === parts ? [...sums] : Array.from({ length: parts }, () => 0);
  for (let step = from; step < to; step++) added[partAt(step, steps, parts)] += losses[step];
  return added;
}

/** The means over the steps of each part. */
export function meanLosses(sums: readonly number[], steps: number): readonly number[] {
  const counts = sums.map(() => 0);
  for (let step = 0; step < steps; step++) counts[partAt(step, steps, sums.length)]++;
  return sums.map((sum, part) => sum / counts[part]);
}
