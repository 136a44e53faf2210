/** The plan that a timed step would have on other ranks or machines than those it is timed on. */
import type { Division } from "../engine/division.js";
import { makePlan, type Plan } from "../engine/plan.js";
import type { Net } from "../nn/net.js";
import { type BenchOrder, stepImages, stepOptions } from "./step.js";

export function stepPlan(
  step: BenchOrder["step"],
  ranks: number,
  division?: Division,
): { readonly net: Net; readonly plan: Plan } {
  const options = stepOptions(step);
  const plan = makePlan({
    ...options,
    perImage: false,
    ranks,
    ...(division && { division }),
    spin: true,
    samples: stepImages(step.batchSize),
    probabilities: false,
  });
  return { net: options.net, plan };
}

/** `make`, once for each pair of numbers. */
export function kept<T>(make: (a: number, b: number) => T): (a: number, b: number) => T {
  const made = new Map<string, T>();
  return (a, b) => {
    const key = `${a} ${b}`;
    const known = made.get(key) ?? make(a, b);
    made.set(key, known);
    return known;
  };
}
