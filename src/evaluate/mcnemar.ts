/**
 * Exact McNemar test: two-sided p of the hypothesis that two classifiers are equally often right alone,
 * p = min(1, 2 P(X ≤ min(b, c))), X ~ Binomial(b + c, 1/2).
 *
 * Source: McNemar 1947; Dietterich 1998, section 3.1. Agrees with statsmodels' `mcnemar(exact=True)`.
 * @param onlyA rows that only A has right. @param onlyB rows that only B has right.
 */
export function mcnemarExact(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  const most = Math.min(onlyA, onlyB);
  // Terms relative to the largest, C(n, most), so that nothing under- or overflows.
  let term = 1;
  let sum = 1;
  let logChoose = 0;
  for (let k = most; k > 0; k--) {
    logChoose += Math.log((n - k + 1) / k);
    term *= k / (n - k + 1);
    sum += term;
  }
  return Math.min(1, 2 * sum * Math.exp(logChoose - n * Math.LN2));
}
