/** `--patience`: so many epochs in a row in which validation did not become better by more than `--min-delta`. */
import type { EndingRule } from "./ending.js";

export const earlyStop = {
  name: "early-stop",
  summary: "after --patience epochs without a better one",
  limit: ({ patience }) => (patience === undefined ? null : { reached: ({ stall }) => stall.epochs >= patience }),
} as const satisfies EndingRule;
