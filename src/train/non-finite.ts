/** Numbers that have left the finite: found before they reach a file, and told by place. */
import { runError } from "../base/errors.js";
import { someOf } from "../base/finding.js";
import type { Net } from "../nn/net.js";

export interface NonFinite {
  /** Epoch and step. */
  readonly where: string;
  readonly expected: "a finite loss" | "a gradient of a finite norm" | "finite weights" | "finite optimizer state";
  readonly net: Net;
  /** The first layer whose numbers are not finite; null where all layers' are. */
  readonly layer: number | null;
  /** A checkpoint from before is there. */
  readonly checkpoint: boolean;
  /** Of a minibatch, the training samples that did it; and where its step can be looked at again. */
  readonly samples?: readonly number[];
  readonly replay?: string | undefined;
}

const made = new WeakSet<Error>();
/** Whether a run ended so: its settings were too bold, where other errors are of machine or data. */
export const isNonFinite = (error: Error): boolean => made.has(error);

/** The layer that a parameter belongs to, both by their places in the net. */
export const layerOf = ({ layers, parameters }: Net, parameter: number): number =>
  layers.findIndex((layer) => layer.parameters.includes(parameters[parameter]));

export function nonFiniteError({ where, expected, net, layer, checkpoint, samples, replay }: NonFinite): Error {
  const place =
    layer === null
      ? "in the loss itself"
      : `first in layer ${net.layers[layer].place.name} (${net.layers[layer].spec.type})`;
  const error = runError({
    where,
    expected,
    got: `NaN or infinity, ${place}${samples ? `, on training samples ${someOf(samples.map(String), 8)}` : ""}`,
    fix: ["Lower --lr, or look at --standardize.", checkpoint && "The last checkpoint stands.", replay]
      .filter((part) => part)
      .join(" "),
  });
  made.add(error);
  return error;
}
