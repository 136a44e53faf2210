/**
 * McNemar's exact test: whether two models differ, from the samples that one alone has right. Two-sided:
 * p = min(1, 2 sum_{i <= min(b, c)} C(n, i) / 2^n), n = b + c.
 */

/** `onlyA`, `onlyB`: samples that A alone, and B alone, has right. */
export function mcnemar(onlyA: number, onlyB: number): number {
  const [n, least] = [onlyA + onlyB, Math.min(onlyA, onlyB)];
  if (n <= exactTo) {
    let [sum, term] = [1, 1];
    for (let i = 1; i <= least; i++) {
      term *= (n - i + 1) / i;
      sum += term;
    }
    return Math.min(1, 2 * sum * 2 ** -n);
  }
  // From the largest term of the tail down, each a share of it.
  let [sum, share] = [1, 1];
  for (let i = least; i > 0; i--) {
    share *= i / (n - i + 1);
    sum += share;
  }
  return Math.min(1, 2 * sum * Math.exp(logBinomial(n, least) - n * Math.LN2));
}

/** 2^-n is a double, and so is each C(n, i). */
const exactTo = 1000;

/** ln C(n, k), exact products where they fit. */
function logBinomial(n: number, k: number): number {
  let [product, log] = [1, 0];
  for (let i = 1; i <= k; i++) {
    product *= (n - k + i) / i;
    if (product > 1e280) {
      log += Math.log(product);
      product = 1;
    }
  }
  return log + Math.log(product);
}
