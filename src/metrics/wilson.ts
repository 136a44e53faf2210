/** Wilson's score interval: where the true share lies with 95 % certainty, honest near 0 and 1 and for few samples. */
const z = 1.959963984540054;

/** Holds `share`, and is exactly 0 below 0 and 1 above 1, which rounding would miss; null of no samples. */
export function wilson(share: number, samples: number): { low: number; high: number } | null {
  if (samples === 0) return null;
  const center = share + (z * z) / (2 * samples);
  const spread = z * Math.sqrt((share * (1 - share)) / samples + (z * z) / (4 * samples * samples));
  const scale = 1 + (z * z) / samples;
  return {
    low: share === 0 ? 0 : Math.min(share, (center - spread) / scale),
    high: share === 1 ? 1 : Math.max(share, (center + spread) / scale),
  };
}
