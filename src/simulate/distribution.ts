import type { Random } from './random.ts';

/** How long something lasts, in milliseconds. */
export type Distribution =
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  /** `spread` is the standard deviation of the logarithm. */
  | { readonly kind: 'lognormal'; readonly mean: number; readonly spread: number }
  /** With a `shape` below 1 most are short and a few very long. */
  | { readonly kind: 'weibull'; readonly mean: number; readonly shape: number };

/** A duration in whole milliseconds, at least one. */
export function draw(distribution: Distribution, random: Random): number {
  return Math.max(1, Math.round(sample(distribution, random)));
}

/** The mean in milliseconds. */
export function meanOf(distribution: Distribution): number {
  return distribution.kind === 'uniform' ? (distribution.from + distribution.to) / 2 : distribution.mean;
}

function sample(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'exponential':
      return -Math.log(random.unit()) * distribution.mean;
    case 'uniform':
      return distribution.from + random.unit() * (distribution.to - distribution.from);
    case 'lognormal': {
      const { mean, spread } = distribution;
      return mean * Math.exp(spread * random.normal() - (spread * spread) / 2);
    }
    case 'weibull': {
      const { mean, shape } = distribution;
      return (mean / gamma(1 + 1 / shape)) * (-Math.log(random.unit())) ** (1 / shape);
    }
  }
}

/** The gamma function for arguments above 1, by Stirling's series from a large argument down. */
function gamma(x: number): number {
  let divisor = 1;
  let large = x;
  while (large < 12) divisor *= large++;
  const series = 1 / (12 * large) - 1 / (360 * large ** 3) + 1 / (1260 * large ** 5);
  return (Math.sqrt((2 * Math.PI) / large) * (large / Math.E) ** large * Math.exp(series)) / divisor;
}
