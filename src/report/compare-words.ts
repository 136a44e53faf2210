/** What a comparison says in sentences. */
import { count } from "../base/text.js";
import type { Comparison } from "./compare.js";

/** "A", "B" … in charts, where names have no room. */
export const letterOf = (position: number): string => String.fromCharCode(65 + (position % 26));

export const valueWords = (value: unknown): string =>
  value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);

/** "A and B: 12 of 500 samples right in A alone, 20 in B alone: p = 0.215." */
export function pairWords({ a, b, samples, onlyA, onlyB, p, why }: Comparison["pairs"][number]): string {
  const [first, second] = [letterOf(a), letterOf(b)];
  if (p === null) return `${first} and ${second}: not tested. ${why}`;
  const verdict = p < 0.05 ? "more than chance explains" : "no more than chance explains";
  return `${first} and ${second}: of ${count(samples ?? 0)} samples, ${onlyA} are right in ${first} alone, ${onlyB} in ${second} alone: p = ${p.toPrecision(3)}, ${verdict}.`;
}

export function divergenceWords({ a, b, epoch, step, compared }: Comparison["divergence"][number]): string {
  const names = `${letterOf(a)} and ${letterOf(b)}`;
  if (epoch === null) {
    return compared === 0
      ? `${names}: no epoch in common.`
      : `${names}: the same numbers, to the last bit, in all ${compared} epochs that both have.`;
  }
  return `${names}: other numbers from epoch ${epoch}${step === null ? "" : `, step ${step}`} on.`;
}
