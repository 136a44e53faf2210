/** The registry of what ends a run, in the order in which they name an ending that several share. */
import type { FullConfig } from "../session.js";
import { earlyStop } from "./early-stop.js";
import type { EndingRule, Left, Limit, Standing } from "./ending.js";
import { finished } from "./finished.js";
import { maxSteps } from "./max-steps.js";
import { maxTime } from "./max-time.js";
import { stopAt } from "./stop-at.js";

export const endings = [stopAt, earlyStop, finished, maxSteps, maxTime] as const satisfies readonly EndingRule[];
export type GoodEnding = (typeof endings)[number]["name"];

/** What a configuration asks for, together. */
export class Limits {
  readonly #limits: readonly { readonly name: GoodEnding; readonly limit: Limit }[];

  constructor(config: FullConfig) {
    this.#limits = endings.flatMap((rule) => {
      const limit = rule.limit(config);
      return limit ? [{ name: rule.name, limit }] : [];
    });
  }

  /** The first that ends the run here; null where it goes on. */
  reached(at: Standing): GoodEnding | null {
    return this.#limits.find(({ limit }) => limit.reached(at))?.name ?? null;
  }

  /** The least that is left: infinite where nothing limits it. */
  left(at: Standing): Left {
    const all = this.#limits.map(({ limit }) => limit.left?.(at) ?? {});
    return {
      updates: Math.min(...all.map(({ updates = Infinity }) => updates)),
      seconds: Math.min(...all.map(({ seconds = Infinity }) => seconds)),
    };
  }
}
