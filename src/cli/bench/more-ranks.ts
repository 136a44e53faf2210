/** What more ranks would reach: `bench scaling --predict`. */
import { count, percent, type RanksPrediction } from "../../index.js";
import { table } from "../table.js";
import type { resultColors } from "../terminal.js";
import type { stepOptions } from "./shared.js";

type Step = Pick<Awaited<ReturnType<typeof stepOptions>>, "model" | "batchSize" | "optimizer" | "dtype">;

export function ranksText(
  predicted: readonly RanksPrediction[],
  { model, batchSize, optimizer, dtype, bandwidth, ms }: Step & { readonly bandwidth: number; readonly ms: number },
  colors: ReturnType<typeof resultColors>,
): string {
  const head = ["threads", "ms", "times", "of linear", "batch for 80 %", "held back most by"].map(colors.dim);
  const rows = predicted.map((each) => [
    `${each.ranks}`,
    each.ms.toFixed(3),
    each.speedup.toFixed(2),
    percent(each.speedup / each.ranks),
    each.batch === null ? "-" : count(each.batch),
    each.limit,
  ]);
  return [
    `${model}, batch ${batchSize}, ${optimizer.name}, ${dtype}: ${ms.toFixed(3)} ms on one thread`,
    `Computed, not measured: cores like this one, each reading ${bandwidth.toFixed(1)} GB/s beyond its caches.`,
    "",
    table("rrrrrl", [head, ...rows]),
  ].join("\n");
}
