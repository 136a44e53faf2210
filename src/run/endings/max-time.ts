/** `--max-time`: so long, loading and measuring included. The step in progress is finished, and one is made at least. */
import { secondsOf } from "../../base/span.js";
import type { EndingRule } from "./ending.js";

export const maxTime = {
  name: "max-time",
  summary: "after --max-time of all starts together",
  limit({ maxTime: span }) {
    if (span === undefined) return null;
    const most = secondsOf(span);
    return {
      reached: ({ updates, seconds }) => updates > 0 && seconds >= most,
      left: ({ seconds }) => ({ seconds: Math.max(0, most - seconds) }),
    };
  },
} as const satisfies EndingRule;
