/** Times matrix products in the shapes of real nets, on one core, inside the addon. */

import { setImmediate } from "node:timers/promises";
import { runError } from "../base/errors.js";
import { above0, checkOptions } from "../base/given.js";
import { settings } from "../config/given.js";
import type { TrainConfig } from "../config/schema.js";
import { loadBackend } from "../kernels/index.js";
import { measuredPeak } from "./peak.js";

interface Shape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** The operand that lies transposed in memory. */
  readonly transposed?: "A" | "B";
}

/** Forward passes, weight gradients (A transposed) and input gradients (B transposed) of the nets in the zoo. */
export const gemmShapes: readonly Shape[] = [
  { m: 1024, n: 1024, k: 1024 },
  { m: 64, n: 999, k: 784 },
  { m: 784, n: 999, k: 64, transposed: "A" },
  { m: 64, n: 299, k: 999 },
  { m: 64, n: 999, k: 299, transposed: "B" },
  { m: 4, n: 999, k: 784 },
  { m: 32, n: 999, k: 784 },
  { m: 64, n: 32, k: 64 },
  { m: 24, n: 784, k: 75 },
  { m: 48, n: 144, k: 216 },
  { m: 64, n: 1024, k: 576 },
  { m: 256, n: 64, k: 2304 },
  { m: 64, n: 576, k: 1024, transposed: "B" },
];

export interface GemmResult {
  readonly shape: string;
  readonly gflops: number;
  /** Of the FMA peak of this core, measured in the same run. */
  readonly peakShare: number;
}

/** Throws `runError` where there is no addon: the reference is not worth timing. */
export async function benchGemm(options: {
  dtype: TrainConfig["dtype"];
  backend?: TrainConfig["backend"];
  seconds: number;
}): Promise<GemmResult[]> {
  checkOptions("benchGemm", options, { ...settings("dtype", "backend"), seconds: above0(3600) }, ["dtype", "seconds"]);
  const backend = loadBackend(options.backend ?? "auto");
  const { measure } = backend;
  if (!measure) throw runError({ where: "bench gemm", expected: "the native back end", got: backend.name });
  const bits = options.dtype === "f32" ? 32 : 64;
  const peak = measuredPeak(backend, options.dtype);
  const results: GemmResult[] = [];
  for (const { m, n, k, transposed } of gemmShapes) {
    const seconds = measure.gemm(bits, transposed === "A", transposed === "B", m, n, k, options.seconds);
    const rate = (2 * m * n * k) / seconds;
    const suffix = transposed ? ` ${transposed}^T` : "";
    results.push({ shape: `${m}x${n}x${k}${suffix}`, gflops: rate / 1e9, peakShare: rate / peak });
    // The caller's thread is not held for longer than one shape.
    await setImmediate();
  }
  return results;
}
