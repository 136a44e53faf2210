/** Every combination of values; a setting that does not apply is in none of them. The last setting of the file goes fastest. */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import { type Axis, applies, type Space, type Values } from "../space.js";
import type { Strategy } from "./strategy.js";

const options = z.strictObject({
  trials: z.int().min(1).optional().meta({ description: "no more than so many, the first of them" }),
});

/** The values that a grid takes of a setting. Throws `usageError` for a range that does not say how many. */
export function gridValues({ key, domain }: Axis): readonly unknown[] {
  if (domain.kind === "values") return domain.values;
  const { kind, low, high, whole, points } = domain;
  if (points === null) {
    throw usageError({
      where: `space.${key}`,
      expected: "a list of values, or points beside the range: {range: [a, b], points: 5}",
      got: "a range alone, of which a grid does not know how many to take",
    });
  }
  const each = Array.from({ length: points }, (_, i) => {
    if (i === points - 1) return high;
    const share = i / (points - 1);
    const value = kind === "range" ? low + (high - low) * share : low * (high / low) ** share;
    return Math.min(high, Math.max(low, whole ? Math.round(value) : value));
  });
  return [...new Set(each)];
}

function* combinations(space: Space, k = 0, chosen: Values = {}): Generator<Values> {
  if (k === space.axes.length) {
    yield chosen;
    return;
  }
  const axis = space.axes[k];
  if (!applies(space, axis, chosen)) yield* combinations(space, k + 1, chosen);
  else for (const value of gridValues(axis)) yield* combinations(space, k + 1, { ...chosen, [axis.key]: value });
}

export const grid: Strategy<typeof options> = {
  name: "grid",
  summary: "every combination of the values",
  options,
  examples: ["grid"],
  *trials(space, { trials = Infinity }) {
    let count = 0;
    for (const values of combinations(space)) {
      if (count++ >= trials) return;
      yield values;
    }
  },
};
