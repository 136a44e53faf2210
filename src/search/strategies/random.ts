/** Trials drawn at random (Bergstra and Bengio 2012): setting k of trial i is drawn at the place (i, k) of the seed. */
import { z } from "zod";
import { Stream } from "../../base/random.js";
import { type Axis, applies, type Space, type Values } from "../space.js";
import type { Strategy } from "./strategy.js";

export const drawnOptions = z.strictObject({
  trials: z.int().min(1).default(20).meta({ description: "how many" }),
});

/** More draws than that without a new trial: there is none left. */
const mostDraws = 200;

/** Both ends possible, and nothing outside them to the last bit. */
export function drawValue({ domain }: Axis, stream: Stream): unknown {
  if (domain.kind === "values") return domain.values[stream.below(domain.values.length)];
  const { kind, low, high, whole } = domain;
  if (whole && kind === "range") return low + stream.below(Math.floor(high) - low + 1);
  // A share of 0 and of 1 can come.
  const share = stream.word() / (2 ** 32 - 1);
  if (share === 0 || share === 1) return share === 0 ? low : high;
  const within = (value: number): number => Math.min(high, Math.max(low, value));
  if (kind === "range") return within(low + (high - low) * share);
  if (!whole) return within(low * (high / low) ** share);
  const [from, to] = [low - 0.5, high + 0.5];
  return within(Math.round(from * (to / from) ** share));
}

/** Each new: a draw that was a trial before is drawn again. */
export function* drawTrials(space: Space, count: number, seed: number): Generator<Values> {
  const known = new Set<string>();
  const stream = new Stream(seed, "search");
  for (let trial = 0; trial < count; trial++) {
    let values: Values | undefined;
    for (let draw = 0; draw < mostDraws && !values; draw++) {
      const drawn: Record<string, unknown> = {};
      for (const [k, axis] of space.axes.entries()) {
        stream.at(trial, k, draw);
        if (applies(space, axis, drawn)) drawn[axis.key] = drawValue(axis, stream);
      }
      if (!known.has(JSON.stringify(drawn))) values = drawn;
    }
    if (!values) return;
    known.add(JSON.stringify(values));
    yield values;
  }
}

export const random: Strategy<typeof drawnOptions> = {
  name: "random",
  summary: "so many trials, each drawn anew",
  options: drawnOptions,
  examples: ["random trials=20"],
  trials: (space, { trials }, seed) => drawTrials(space, trials, seed),
};
