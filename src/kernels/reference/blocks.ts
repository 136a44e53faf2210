/** The loop over blocks of samples, as `Program::Loop` in `native/program.cc` runs it. */

import { wholeGroups } from "../layout.js";
import type { InstructionArguments } from "../ops/index.js";
import type { Step } from "../ops/operation.js";

export type BlockLoop = InstructionArguments<"blocks">;

/** The blocks of a step in order: the first row of each in the chunk, and the step as its operations see it. */
export function blocksOf(loop: BlockLoop, step: Step): { readonly row: number; readonly step: Step }[] {
  const { firstGroup, lastGroup, groups, size } = loop;
  const ranges =
    groups > 0
      ? Array.from({ length: lastGroup - firstGroup }, (_, i) => {
          const group = firstGroup + i;
          const [from, to] = [group, group + 1].map((g) => Math.floor((step.chunk * g) / groups));
          return { group, from, rows: to - from };
        })
      : [{ group: 0, from: step.first, rows: step.rows }];
  return ranges.flatMap(({ group, from, rows }) => {
    const blocks = Math.max(1, Math.ceil(rows / size));
    return Array.from({ length: blocks }, (_, b) => {
      const first = Math.floor((rows * b) / blocks);
      return {
        row: from + first,
        step: {
          ...step,
          cursor: step.cursor + from + first,
          first: 0,
          rows: Math.floor((rows * (b + 1)) / blocks) - first,
          start: (step.start || (groups > 0 && size >= wholeGroups)) && b === 0,
          last: b === blocks - 1,
          group,
        },
      };
    });
  });
}
