/** From the times of a program's operations on every rank to the times of layers and passes: what a profile is made of. */
import type { ProgramPart } from "../kernels/program-writer.js";
import { leastBytes, multipliers, type PassName, passesOf, savedBy, type Traffic } from "./costs.js";
import type { FinishedRank } from "./job.js";

/** One slice of a rank's step. */
export interface Slice {
  /** Position of the layer in the net; null for work of none. */
  readonly layer: number | null;
  readonly pass: PassName;
  /** Seconds of one step. */
  readonly seconds: number;
}

/** A layer's pass, over all ranks. */
export interface LayerTime {
  /** As tensors of the model file begin, and its type; null for work of no layer. */
  readonly layer: string | null;
  readonly type: string | null;
  readonly pass: PassName | "other";
  /** Milliseconds of a step, as a mean over the ranks. */
  readonly ms: number;
  /** Of the step. All shares sum to 1. */
  readonly share: number;
  /** By the definition's multiply-adds, two operations each, on all ranks; null where it is not made of them. */
  readonly gflops: number | null;
  /** What it multiplies really, against the FMA peak of the ranks' cores; null where there is none. */
  readonly peakShare: number | null;
  /** Least bytes that it moves in a step; null where no layer says. */
  readonly bytes: number | null;
}

/** What ranks did in so many steps: from `Engine.train` with `profile`. */
export interface Window {
  readonly ranks: readonly Pick<FinishedRank, "seconds" | "waited" | "profile">[];
  readonly steps: number;
}

/**
 * A rank's step in the order of its program; neighbors of one layer and pass are one. A loop over blocks goes through its
 * operations in turn: each is drawn once, with the time of all its blocks. Barriers hold all waiting.
 */
export function slicesOf(parts: readonly ProgramPart[], { ranks, steps }: Window, rank: number): Slice[] {
  const { profile, waited } = ranks[rank];
  const passes = passesOf(parts);
  const barriers = parts.flatMap(({ operation }, i) => (operation === "barrier" ? [profile?.[i] ?? 0] : []));
  const seen = barriers.reduce((sum, seconds) => sum + seconds, 0);
  const slices: { layer: number | null; pass: PassName; seconds: number }[] = [];
  for (const [i, { operation, layer }] of parts.entries()) {
    if (operation === "blocks" || operation === "halt") continue;
    // A barrier that was left and entered again is not in the operation's own count.
    const own = profile?.[i] ?? 0;
    const all = operation !== "barrier" ? own : seen > 0 ? (own / seen) * waited : waited / barriers.length;
    const last = slices.at(-1);
    if (last?.layer === layer && last.pass === passes[i]) last.seconds += all / steps;
    else slices.push({ layer, pass: passes[i], seconds: all / steps });
  }
  return slices;
}

/** Multiply-adds a second of one core, two operations each; 0 where that is unknown. */
type Peak = number;

export function layerTimes(
  parts: readonly (readonly ProgramPart[])[],
  windows: readonly Window[],
  traffic: Traffic,
  peak: Peak,
): { readonly times: LayerTime[]; readonly stepMs: number } {
  const { net, batchSize } = traffic;
  const ranks = parts.length;
  const samples = ranks * windows.length;
  const sums = new Map<string, { layer: number | null; pass: PassName; seconds: number }>();
  let step = 0;
  for (const window of windows) {
    for (const [rank, own] of parts.entries()) {
      step += window.ranks[rank].seconds / window.steps / samples;
      for (const { layer, pass, seconds } of slicesOf(own, window, rank)) {
        const key = `${layer} ${pass}`;
        const sum = sums.get(key) ?? { layer, pass, seconds: 0 };
        sum.seconds += seconds / samples;
        sums.set(key, sum);
      }
    }
  }
  const work = workOf(parts);
  const times = [...sums.values()].map(({ layer, pass, seconds }): LayerTime => {
    const of = layer === null ? null : net.layers[layer];
    const { products, saved } = work.get(`${layer} ${pass}`) ?? { products: 0, saved: 1 };
    const operations = of && products > 0 ? 2 * of.multiplyAdds * products * batchSize : 0;
    const rate = operations > 0 && seconds > 0 ? operations / seconds : null;
    return {
      layer: of?.place.name ?? null,
      type: of?.spec.type ?? null,
      pass,
      ms: seconds * 1000,
      share: step > 0 ? seconds / step : 0,
      gflops: rate === null ? null : rate / 1e9,
      // The peak was measured too: what is above it is noise.
      peakShare: rate === null || peak === 0 ? null : Math.min(1, rate / saved / (peak * ranks)),
      bytes: layer === null ? null : leastBytes(traffic, layer, pass, products),
    };
  });
  const rest = Math.max(0, step - times.reduce((sum, { ms }) => sum + ms / 1000, 0));
  const other = { layer: null, type: null, pass: "other", gflops: null, peakShare: null, bytes: null } as const;
  times.push({ ...other, ms: rest * 1000, share: step > 0 ? rest / step : 0 });
  return { times, stepMs: step * 1000 };
}

/** Of each layer's pass, as the rank has it that has most of it: how often it goes over the layer's multiply-adds, and how many of those one of its own stands for. */
function workOf(byRank: readonly (readonly ProgramPart[])[]): Map<string, LayerWork> {
  const multiplies = multipliers(byRank);
  const most = new Map<string, LayerWork>();
  for (const parts of byRank) {
    const passes = passesOf(parts);
    const own = new Map<string, LayerWork>();
    for (const [i, part] of parts.entries()) {
      if (!multiplies(part)) continue;
      const key = `${part.layer} ${passes[i]}`;
      const { products, saved } = own.get(key) ?? { products: 0, saved: 0 };
      // Mixed ways in one pass: the mean of what each really multiplies.
      const real = (products > 0 ? products / saved : 0) + 1 / savedBy(part.operation);
      own.set(key, { products: products + 1, saved: (products + 1) / real });
    }
    for (const [key, work] of own) if (work.products > (most.get(key)?.products ?? 0)) most.set(key, work);
  }
  return most;
}

interface LayerWork {
  readonly products: number;
  readonly saved: number;
}
