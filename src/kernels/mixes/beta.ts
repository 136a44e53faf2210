import { exp } from "../../base/exp.js";
import { cosTurns, log, type Stream } from "../../base/random.js";

/**
 * A number of the symmetric Beta(a, a) from two uniforms, without rejection (Devroye 1996, "Random variate generation in one line
 * of code", after Bailey's t of 1994): 1/2 (1 + s / sqrt(1 + 1/q)) with q = (U^(-1/a) - 1) cos^2 2 pi V, and s the cosine's sign.
 */
export function drawBeta(stream: Stream, a: number): number {
  const u = 1 - stream.uniform();
  const cosine = cosTurns(stream.uniform());
  const q = cosine === 0 ? 0 : (exp(-log(u) / a) - 1) * cosine * cosine;
  return 0.5 * (1 + Math.sign(cosine) / Math.sqrt(1 + 1 / q));
}
