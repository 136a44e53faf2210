/** `--stop-at`: an epoch has reached a value, the last one or the best. */
import { meets, parseGoal } from "../../metrics/goal.js";
import type { EndingRule } from "./ending.js";

export const stopAt = {
  name: "stop-at",
  summary: "--stop-at was reached",
  limit({ stopAt: text }) {
    if (text === undefined) return null;
    const goal = parseGoal(text, "--stop-at");
    return { reached: ({ measured }) => measured.some((scores) => meets(scores, goal)) };
  },
} as const satisfies EndingRule;
