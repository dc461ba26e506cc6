/** The probability that the true value lies in the interval; half of the rest lies on either side. */
export const CREDIBLE_LEVEL = 0.9;
const TAIL = (1 - CREDIBLE_LEVEL) / 2;

/** The distribution of a share between 0 and 1 that has positive probabilities of exactly 0 and exactly 1. */
export interface SharePosterior {
  readonly mean: number;
  readonly variance: number;
  /** The probabilities of exactly 0 and of exactly 1. */
  readonly none: number;
  readonly all: number;
}

export interface CredibleInterval {
  low: number;
  high: number;
}

/**
 * The credible interval of a share. Between the two exact values the distribution is approximated by a beta distribution
 * of the same mean and variance, whose shapes fit sums of outages, from skewed to nearly normal. Where one end is an
 * exact value, nothing lies beyond it, and the other end gets the whole tail probability.
 *
 * @param out receives the two ends, `0 ≤ low ≤ high ≤ 1`
 */
export function credibleInterval({ mean, variance, none, all }: SharePosterior, out: CredibleInterval): void {
  const between = 1 - none - all;
  const lowIsExact = none >= TAIL;
  const highIsExact = all >= TAIL;
  const lowTail = lowIsExact ? 0 : highIsExact ? 2 * TAIL : TAIL;
  const highTail = highIsExact ? 0 : lowIsExact ? 2 * TAIL : TAIL;
  out.low = 0;
  out.high = 1;
  if (lowTail > none && between > 0)
    out.low = quantileBetween(mean, variance, all, between, (lowTail - none) / between);
  else if (lowTail > none) out.low = 1;
  if (highTail > all && between > 0) {
    out.high = quantileBetween(mean, variance, all, between, 1 - (highTail - all) / between);
  } else if (highTail > all) out.high = 0;
  if (out.low > out.high) out.low = out.high;
}

/** The quantile of the part between the exact values. */
function quantileBetween(mean: number, variance: number, all: number, between: number, level: number): number {
  if (level >= 1) return 1;
  if (level <= 0) return 0;
  const m = Math.min(1, Math.max(0, (mean - all) / between));
  const v = (variance + mean * mean - all) / between - m * m;
  const most = m * (1 - m);
  if (!(most > 1e-15)) return m;
  // Rounding may make the variance negative, or larger than a share can have.
  const concentration = most / Math.min(Math.max(v, 1e-9 * most), 0.999 * most) - 1;
  return betaQuantile(level, m * concentration, (1 - m) * concentration);
}

/**
 * The quantile of a beta distribution, which is a ratio of gamma variables whose cube roots are nearly normal (Wilson &
 * Hilferty 1931; Paulson 1942). Accurate to a twentieth of a standard deviation for parameters of 0.5 and more.
 */
export function betaQuantile(level: number, alpha: number, beta: number): number {
  if (alpha > beta) return 1 - betaQuantile(1 - level, beta, alpha);
  const z = normalQuantile(level);
  const va = 1 / (9 * alpha);
  const vb = 1 / (9 * beta);
  const a = 1 - va;
  const b = 1 - vb;
  // (b t − a)² = z² (vb t² + va) for the cube root t of the ratio; the sign of z says which root.
  const square = b * b - z * z * vb;
  if (square <= 0) return z > 0 ? 1 : 0;
  const root = Math.sqrt(Math.max(0, a * a * b * b - square * (a * a - z * z * va)));
  const t = (a * b + (z > 0 ? root : -root)) / square;
  if (!(t > 0)) return 0;
  const ratio = alpha * t * t * t;
  return ratio / (ratio + beta);
}

/** The quantile of the standard normal distribution, by the rational approximation 26.2.23 of Abramowitz & Stegun. */
function normalQuantile(level: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(level, 1 - level)));
  const z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return level < 0.5 ? -z : z;
}
