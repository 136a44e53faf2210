/** One sentence on what to do about a profile: the first rule that fits says it. */

import { readCores } from "../base/machine.js";
import { count, percent } from "../base/text.js";
import type { StepProfile } from "./profile.js";

type Found = Omit<StepProfile, "advice">;

interface Rule {
  readonly name: string;
  /** Null where it does not fit. */
  readonly say: (found: Found) => string | null;
}

const shareOf = ({ layers }: Found, pass: string): number =>
  layers.reduce((sum, each) => sum + (each.pass === pass ? each.share : 0), 0);

const rules: readonly Rule[] = [
  {
    name: "more threads than cores",
    say({ threads }) {
      const { mask, quota } = readCores();
      const cores = Math.max(1, Math.floor(Math.min(mask, quota ?? Infinity)));
      return threads > cores
        ? `Use --threads ${cores}: ${threads} ranks share ${cores} cores and wait for each other.`
        : null;
    },
  },
  {
    name: "no kernels",
    say: ({ backend }) =>
      backend === "reference" ? "Build the addon (npm run build:native): the plain back end is for checking." : null,
  },
  {
    name: "uneven",
    say: ({ imbalance, batchSize, threads }) =>
      imbalance > 0.25 && threads > 1
        ? `The slowest rank computes ${percent(imbalance)} more than the mean: ${
            batchSize % threads === 0
              ? "look for other programs on these cores, or use fewer threads"
              : `use a --batch-size that ${threads} divides, such as ${Math.ceil(batchSize / threads) * threads}`
          }.`
        : null,
  },
  {
    name: "waiting",
    say(found) {
      const wait = shareOf(found, "wait");
      if (wait < 0.2 || found.threads === 1) return null;
      return `Ranks wait for ${percent(wait)} of the step: use a larger --batch-size (${count(2 * found.batchSize)}), or fewer threads (${Math.ceil(found.threads / 2)}).`;
    },
  },
  {
    name: "small steps",
    say: (found) =>
      shareOf(found, "other") > 0.2
        ? `${percent(shareOf(found, "other"))} of the step is between the operations: use a larger --batch-size (${count(2 * found.batchSize)}).`
        : null,
  },
  {
    name: "data",
    say: (found) =>
      shareOf(found, "data") > 0.3
        ? `Gathering and augmenting images takes ${percent(shareOf(found, "data"))} of the step: leave out what of --augment does not pay.`
        : null,
  },
  {
    name: "update",
    say: (found) =>
      shareOf(found, "update") > 0.5
        ? `Updating weights takes ${percent(shareOf(found, "update"))} of the step: use a larger --batch-size (${count(2 * found.batchSize)}), which updates less often.`
        : null,
  },
  {
    name: "nothing stands out",
    say({ layers }) {
      const sums = new Map<string, number>();
      for (const { layer, type, share } of layers) {
        if (layer !== null) sums.set(`${layer} ${type}`, (sums.get(`${layer} ${type}`) ?? 0) + share);
      }
      const [most] = [...sums].sort(([, a], [, b]) => b - a);
      return most
        ? `Ranks hardly wait; layer ${most[0]} takes most, ${percent(most[1])} of the step: a smaller one there would make the step shorter.`
        : "Ranks hardly wait.";
    },
  },
];

export function adviceOf(found: Found): string {
  for (const { say } of rules) {
    const text = say(found);
    if (text !== null) return text;
  }
  return "";
}
