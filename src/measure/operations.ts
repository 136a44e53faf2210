/** Where the time of a step goes, operation by operation. */
import { multipliers } from "../engine/costs.js";
import type { ProgramPart } from "../kernels/program-writer.js";
import type { Net } from "../nn/net.js";

export interface OperationTime {
  /** The layer it is part of, as tensors of the model file begin, and its type; null for work of no layer. */
  readonly layer: string | null;
  readonly type: string | null;
  readonly operation: string;
  /** Milliseconds of one step. */
  readonly ms: number;
  /** Direct multiply-adds against the FMA peak of a core; null where the operation is not made of them. */
  readonly peakShare: number | null;
}

export interface Profile {
  /** Seconds of each operation of the first rank's program, over so many steps, measured again and again: the least counts. */
  readonly windows: readonly Float64Array[];
  readonly steps: number;
  /** Samples of a step. */
  readonly samples: number;
  /** Multiply-adds of a core, two operations each, a second; 0 where that is unknown. */
  readonly peak: number;
}

export function operationTimes(
  byRank: readonly (readonly ProgramPart[])[],
  net: Net,
  { windows, steps, samples, peak }: Profile,
): OperationTime[] {
  const multiplies = multipliers(byRank);
  return byRank[0].map((part, i) => {
    const { operation, layer } = part;
    const of = layer === null ? null : net.layers[layer];
    const ms = (Math.min(...windows.map((seconds) => seconds[i])) / steps) * 1000;
    const share =
      of && multiplies(part)
        ? (2 * of.multiplyAdds * samples * (part.slice?.part ?? 1 / byRank.length)) / (ms / 1000) / peak
        : Infinity;
    return {
      layer: of?.place.name ?? null,
      type: of?.spec.type ?? null,
      operation,
      ms,
      peakShare: Number.isFinite(share) ? share : null,
    };
  });
}
