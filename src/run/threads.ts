/** How many ranks a run gets. */
import { type Cores, readCores } from "../base/machine.js";
import type { ConfigSource } from "../config/schema.js";
import { stepOperations } from "../nn/net.js";
import type { Session } from "./session.js";

export interface ThreadChoice {
  readonly threads: number;
  /** Why that many, as the first line of a run says it. */
  readonly reason: string;
  /** A warning for the user, where the number is a doubtful one. */
  readonly note: string | null;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/**
 * How many ranks a run gets. A given number is obeyed exactly; `auto` takes every core of the affinity mask and of the
 * quota, or fewer where the caller knows that a step is too small for them (`worth`).
 */
export function chooseThreads(
  requested: number | "auto",
  source?: ConfigSource,
  worth?: { readonly threads: number; readonly reason: string },
  cores: Cores = readCores(),
): ThreadChoice {
  const usable = cores.quota === null ? cores.mask : Math.min(cores.mask, Math.max(1, Math.floor(cores.quota)));
  const quotaBinds = cores.quota !== null && cores.quota < cores.mask;
  const coresReason = quotaBinds
    ? `cgroup quota of ${plural(Number(cores.quota?.toFixed(2)), "core")}`
    : `${plural(cores.mask, "core")} in the affinity mask`;

  if (requested !== "auto") {
    const reasons = {
      flag: "--threads",
      environment: "HEDDLE_THREADS",
      file: "configuration file",
      program: "config.threads",
      default: "default",
    };
    const note =
      requested > usable
        ? `${requested} threads share ${plural(usable, "core")} (${coresReason}): expect no gain.`
        : null;
    return { threads: requested, reason: reasons[source ?? "flag"], note };
  }
  if (worth && worth.threads < usable) return { ...worth, note: null };
  return { threads: usable, reason: coresReason, note: null };
}

/** Arithmetic that is worth a rank: a microsecond or two of a core, against the third of one that a barrier costs. */
const operationsPerRank = 400_000;

/** How many ranks pay at most: each wants some arithmetic of its own, and a sample. */
export function worthRanks({ net, minibatch: batchSize }: Session): { threads: number; reason: string } {
  const operations = stepOperations(net) * batchSize;
  const threads = Math.max(1, Math.min(batchSize, Math.ceil(operations / operationsPerRank)));
  return { threads, reason: `more don't pay for ${(operations / 1e6).toPrecision(2)} million operations a step` };
}
