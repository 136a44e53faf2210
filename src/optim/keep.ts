/** No optimizers, but loops that take their place where an update waits for the whole gradient. */
import type { Loop } from "./optimizer.js";

export const waiting: Readonly<Record<"keep" | "nothing", Loop>> = {
  /** Lays the gradient down beside the weights. */
  keep: (_w, g, [kept]) => kept.set(g),
  nothing: () => undefined,
};
