/** `--max-steps`: so many updates of the weights, to the step. */
import type { EndingRule } from "./ending.js";

export const maxSteps = {
  name: "max-steps",
  summary: "after --max-steps updates",
  limit: ({ maxSteps: most }) =>
    most === undefined
      ? null
      : { reached: ({ updates }) => updates >= most, left: ({ updates }) => ({ updates: most - updates }) },
} as const satisfies EndingRule;
