/** Wilson's score interval: where the true accuracy lies with 95 % certainty, honest near 0 and 1 and for few samples. */
const z = 1.959963984540054;

export function wilson(share: number, samples: number): { low: number; high: number } {
  const centre = share + (z * z) / (2 * samples);
  const spread = z * Math.sqrt((share * (1 - share)) / samples + (z * z) / (4 * samples * samples));
  const scale = 1 + (z * z) / samples;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}
