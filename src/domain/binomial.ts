/**
 * The probability of at least `successes` in `trials` independent trials that succeed with probability `share` each. The
 * terms are summed from `successes` on, where each is smaller than the one before; below that, the result is 1 at most.
 */
export function binomialTail(successes: number, trials: number, share: number): number {
  if (successes <= trials * share || successes <= 0) return 1;
  if (successes > trials || share <= 0) return 0;
  const odds = share / (1 - share);
  let term = Math.exp(
    logFactorial(trials) -
      logFactorial(successes) -
      logFactorial(trials - successes) +
      successes * Math.log(share) +
      (trials - successes) * Math.log1p(-share),
  );
  let sum = 0;
  for (let i = successes; i <= trials && term > sum * Number.EPSILON; i++) {
    sum += term;
    term *= ((trials - i) / (i + 1)) * odds;
  }
  return Math.min(1, sum);
}

/** log n! by Stirling's series (Abramowitz and Stegun 6.1.41), to about twelve digits from 16 on; summed below. */
function logFactorial(n: number): number {
  if (n < 16) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}
