/** The mean recall of the classes that have samples: each class counts alike. */
import type { Metric } from "./metric.js";
import { recall } from "./recall.js";

export const balancedAccuracy: Metric = {
  name: "balancedAccuracy",
  title: "balanced accuracy",
  summary: "mean recall of the classes that have samples",
  unit: "share",
  better: "higher",
  of: (answers) => recall.macro.of(answers),
};
