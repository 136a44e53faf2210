/** Where the time of a step goes, operation by operation. */
import type { OperationName, ProgramPart } from "../kernels/operations.js";
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

/** Each of these goes over all multiply-adds of its layer once a step. */
const products = new Set<OperationName>([
  "dense",
  "denseBackward",
  "denseUpdate",
  "conv",
  "convBackward",
  "convGradient",
  "winograd",
  "winogradBackward",
  "winogradGradient",
  "winogradUpdate",
]);
const partial = new Set<OperationName>(["convGradient", "winogradGradient"]);

export interface Profile {
  /** Seconds of each operation of the first rank's program, over so many steps, measured again and again: the least counts. */
  readonly windows: readonly Float64Array[];
  readonly steps: number;
  /** Samples of a step that a rank has. */
  readonly rows: number;
  /** Multiply-adds of a core, two operations each, a second; 0 where that is unknown. */
  readonly peak: number;
}

export function operationTimes(
  parts: readonly ProgramPart[],
  net: Net,
  { windows, steps, rows, peak }: Profile,
): OperationTime[] {
  const inGroups = new Set(parts.filter(({ operation }) => partial.has(operation)).map(({ layer }) => layer));
  return parts.map(({ operation, layer }, i) => {
    const of = layer === null ? null : net.layers[layer];
    const ms = (Math.min(...windows.map((seconds) => seconds[i])) / steps) * 1000;
    // The owner of a convolution's weights makes their gradient in its update.
    const counts = products.has(operation) || (operation === "convUpdate" && !inGroups.has(layer));
    const share = of && counts ? (2 * of.multiplyAdds * rows) / (ms / 1000) / peak : Infinity;
    return {
      layer: of?.place.name ?? null,
      type: of?.spec.type ?? null,
      operation,
      ms,
      peakShare: Number.isFinite(share) ? share : null,
    };
  });
}
