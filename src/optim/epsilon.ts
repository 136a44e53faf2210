/**
 * Where epsilon stands in a step that is divided by a root: x / (scale sqrt(r + inside) + outside).
 *
 *   outside    sqrt(r) + eps      as PyTorch
 *   inside     sqrt(r + eps)
 *   as-slide   eps sqrt(r)        as lecture slides have it by mistake: steps are 1 / eps times as long, none where r is 0
 */
import { z } from "zod";

const places = ["outside", "inside", "as-slide"] as const;
type Place = (typeof places)[number];

export const epsilonPlace = z
  .enum(places)
  .default("outside")
  .meta({ description: "sqrt(r) + epsilon, sqrt(r + epsilon), or epsilon sqrt(r)" });

/** The scalars inside, scale, outside for a root of r = sum / correction. */
export function placed(place: Place, epsilon: number, correction = 1): readonly [number, number, number] {
  const scale = 1 / Math.sqrt(correction);
  if (place === "inside") return [epsilon * correction, scale, 0];
  return place === "as-slide" ? [0, scale * epsilon, 0] : [0, scale, epsilon];
}

/** What a person should be told of the choice. */
export function placeNote(place: Place, epsilon: number): string | undefined {
  if (place !== "as-slide") return undefined;
  const factor = Number((1 / epsilon).toPrecision(3));
  const text = factor >= 1e4 ? factor.toExponential().replace("+", "") : `${factor}`;
  return `epsilon-place=as-slide: steps are ${text} times longer than without an epsilon.`;
}

/** x / (scale sqrt(r + inside) + outside), 0 where the root is 0. */
export function scaledStep(x: number, r: number, [inside, scale, outside]: readonly number[]): number {
  const root = Math.sqrt(r + inside) * scale + outside;
  return root === 0 ? 0 : x / root;
}
