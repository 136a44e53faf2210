/** What one core of this machine can do: the bounds of every training step. */
import { type BackendChoice, fallbackReason, loadBackend } from "../kernels/index.js";
import { measuredPeak } from "./peak.js";

export interface MachineSpeed {
  readonly backend: "native" | "reference";
  /** Why it was chosen, a sentence. */
  readonly reason: string;
  /** Multiply-adds in registers alone, two operations each, of one core in billions a second; null of the reference, which has no such bound. */
  readonly gflops: { readonly f32: number; readonly f64: number } | null;
  /** A copy of more than fits into caches by one core: bytes read and written, in billions a second. */
  readonly memoryBandwidth: number;
}

/** More than the last cache of most machines. */
const copied = 64 * 2 ** 20;

/** Takes about a third of a second. */
export function measureMachine(choice: BackendChoice = "auto"): MachineSpeed {
  const backend = loadBackend(choice);
  const fallback = fallbackReason(choice);
  const peak = (dtype: "f32" | "f64"): number => measuredPeak(backend, dtype) / 1e9;
  return {
    backend: backend.name,
    reason: fallback ?? (choice === "auto" ? nativeReason(backend.isa) : `--backend ${choice} asked for it`),
    gflops: backend.measure ? { f32: peak("f32"), f64: peak("f64") } : null,
    memoryBandwidth: copyRate() / 1e9,
  };
}

const nativeReason = (isa: string): string => {
  const asked = process.env["HEDDLE_ISA"];
  return asked ? `HEDDLE_ISA asks for ${asked}` : `${isa} is the widest that both the addon and this CPU have`;
};

/** The best of a few copies: others on the machine only slow it down. */
function copyRate(): number {
  const [from, to] = [new Float64Array(copied / 8).fill(1), new Float64Array(copied / 8)];
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    to.set(from);
    best = Math.min(best, performance.now() - start);
  }
  return (2 * copied) / (best / 1000);
}
