/** `--epochs`: all of them. */
import type { EndingRule } from "./ending.js";

export const finished = {
  name: "finished",
  summary: "all epochs",
  limit: ({ epochs: all }) => ({ reached: ({ epochs }) => epochs >= all }),
} as const satisfies EndingRule;
