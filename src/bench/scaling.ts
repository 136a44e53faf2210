/** The same step at several numbers of threads, one after the other. */
import { benchStep, type StepOptions, type StepResult } from "./step.js";

export async function benchScaling({
  threads,
  ...step
}: Omit<StepOptions, "threads"> & { threads: readonly number[] }): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const count of threads) results.push(await benchStep({ ...step, threads: count }));
  return results;
}
