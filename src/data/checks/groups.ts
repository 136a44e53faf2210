/** Groups on two sides: `--group-by` keeps what a run splits from parting one, not the test split that a set brings. */
import { someOf } from "../../base/finding.js";
import { counted } from "../../base/text.js";
import { groupNamer } from "../groups.js";
import { placeOf } from "../samples.js";
import { type DataCheck, imageCount } from "./check.js";

export const groups: DataCheck = {
  name: "groups",
  summary: "groups of --group-by with images to train on and others to test on",
  run({ dataset, split: { train, validation, test }, config }) {
    const groupIn = config.groupBy === undefined ? null : groupNamer(config.groupBy);
    if (groupIn === null) return [];
    const groupOf = (sample: number): string | undefined => {
      const { split, at } = placeOf(dataset, sample);
      return split.names && groupIn(split.names[at]);
    };
    // What is held back for validation chooses the weights.
    const seen = new Set([...train, ...validation].map(groupOf));
    const shared = Array.from(test, groupOf).filter((group) => group !== undefined && seen.has(group)) as string[];
    if (shared.length === 0) return [];
    const names = [...new Set(shared)];
    const how = validation.length > 0 ? "trained or validated on" : "trained on";
    const are = (number: number): string => (number === 1 ? "is" : "are");
    return [
      {
        id: "groups-test",
        severity: "warning",
        evidence: `${imageCount(shared.length)} of the test split ${are(shared.length)} of ${counted(names.length, "group")} that ${are(names.length)} ${how} too: ${someOf(names)}.`,
        fix: "Its score is too good by what images of a group share; only who splits the set can part them.",
      },
    ];
  },
};
