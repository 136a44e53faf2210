/** Numbers that have left the finite: found before they reach a file, and told by place. */
import type { FloatArray } from "../engine/arena.js";
import { runError } from "../errors.js";
import type { Net } from "../nn/net.js";

/** The first tensor that holds NaN or infinity; -1 where none does. */
export const firstNonFinite = (tensors: readonly FloatArray[]): number =>
  tensors.findIndex((numbers) => {
    // A product with zero is NaN for NaN and infinity alone, and a sum keeps it.
    let sum = 0;
    for (let i = 0; i < numbers.length; i++) sum += numbers[i] * 0;
    return sum !== 0;
  });

export interface NonFinite {
  /** Epoch and step. */
  readonly where: string;
  readonly expected: "a finite loss" | "finite weights";
  readonly net: Net;
  /** The first layer whose numbers are not finite; null where all layers' are. */
  readonly layer: number | null;
  /** A checkpoint from before is there. */
  readonly checkpoint: boolean;
}

export function nonFiniteError({ where, expected, net, layer, checkpoint }: NonFinite): Error {
  const place =
    layer === null
      ? "in the loss itself"
      : `first in layer ${net.layers[layer].place.name} (${net.layers[layer].spec.type})`;
  return runError({
    where,
    expected,
    got: `NaN or infinity, ${place}`,
    fix: `Lower --lr, or look at --standardize.${checkpoint ? " The last checkpoint stands." : ""}`,
  });
}
