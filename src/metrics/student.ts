/** Student's t interval of a mean: where it lies with 95 % certainty, from a few runs (Student 1908). */

/** Mean, deviation with n - 1, interval of the mean; the last two are null of one value. */
export function meanOf(values: readonly number[]): {
  readonly mean: number;
  readonly deviation: number | null;
  readonly interval: readonly [number, number] | null;
} {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, deviation: null, interval: null };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (t95(n - 1) * deviation) / Math.sqrt(n);
  return { mean, deviation, interval: [mean - half, mean + half] };
}

/** The t that a Student's variable of so many degrees of freedom stays within with 95 %, by halving. */
export function t95(freedom: number): number {
  let [low, high] = [0, 13];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (within(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(|T| <= t) in closed form, with theta = atan(t / sqrt(n)) (Abramowitz and Stegun 26.7.3 and 26.7.4):
 * odd n: 2/pi (theta + sin (cos + 2/3 cos^3 + 2 4/(3 5) cos^5 + …)); even n: sin (1 + 1/2 cos^2 + 1 3/(2 4) cos^4 + …).
 */
function within(t: number, n: number): number {
  const theta = Math.atan(t / Math.sqrt(n));
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const odd = n % 2 === 1;
  let term = odd ? cos : 1;
  let sum = n > 1 ? term : 0;
  for (let k = odd ? 3 : 2; k <= n - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + sin * sum) : sin * sum;
}
