/** The same step at several numbers of threads, one after the other. */
import { aSwitch, checkOptions, list, whole } from "../base/given.js";
import { benchStep, type StepOptions, type StepResult, stepChecks } from "./step.js";

export async function benchScaling(
  given: Omit<StepOptions, "threads"> & { threads: readonly number[] },
): Promise<StepResult[]> {
  checkOptions("benchScaling", given, { ...stepChecks, layers: aSwitch, threads: list(whole(1, 512)) }, ["threads"]);
  const { threads, ...step } = given;
  const results: StepResult[] = [];
  for (const count of threads) results.push(await benchStep({ ...step, threads: count }));
  return results;
}
