/** The exponential of operations that IEEE 754 rounds exactly, for draws that make a run's bytes (`random.ts`). */

/** ln 2 in two parts; the first ends in 21 zero bits, so that its products with an exponent are exact. */
const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;
/** Terms of the series: for |r| <= ln 2 / 2 what is cut off is below 2^-57. */
const terms = 14;

/** e^x within 2 ulp where it is a normal double; Infinity above, 0 below. x = k ln 2 + r, e^x = 2^k (1 + r + r^2/2! + …). */
export function exp(x: number): number {
  if (x > 709.7) return Infinity;
  if (x < -708) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * ln2High - k * ln2Low;
  let sum = 1;
  for (let i = terms; i > 0; i--) sum = 1 + (r / i) * sum;
  return sum * 2 ** k;
}
