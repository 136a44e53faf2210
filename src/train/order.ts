/** The order in which an epoch goes through the training samples. */
import { shuffle } from "../base/random.js";
import type { Session } from "../run/session.js";

/** Fills `order`, which has a place for each of them. */
export function orderOf(
  { config, train }: Pick<Session, "config" | "train">,
  epoch: number,
  order: Uint32Array,
): Uint32Array {
  order.set(train);
  if (config.shuffle) shuffle(order, config.seed, epoch);
  return order;
}
