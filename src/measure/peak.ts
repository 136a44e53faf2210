/** The FMA peak of one core, measured: the yardstick that every share of a peak in this project refers to. */
import type { Backend } from "../kernels/backend.js";

/** Floating-point operations a second; 0 for a back end that has no such peak. */
export function measuredPeak({ measure }: Backend, dtype: "f32" | "f64"): number {
  return measure ? 2 * measure.peak(dtype === "f32" ? 32 : 64) : 0;
}
