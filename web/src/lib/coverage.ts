/** The coverage that both of two periods need before their difference says something; the server uses the same. */
export const ENOUGH_COVERAGE = 0.9;

export const NOT_ENOUGH = 'not enough history';

export const NO_CHECKS = 'no checks while open';

/** What is known of a period; both are 0 to 1. */
interface Period {
  readonly uptime_ratio: number | null;
  readonly coverage_ratio: number | null;
}

/** Whether no check covers any of the scheduled hours; the states are then those of checks before or after. */
export function isUnchecked({ coverage_ratio }: Pick<Period, 'coverage_ratio'>): boolean {
  return coverage_ratio === 0;
}

/** Whether checks cover enough of the scheduled hours, if there are any, to rely on the downtime. */
export function isCovered({ coverage_ratio }: Pick<Period, 'coverage_ratio'>): boolean {
  return coverage_ratio === null || coverage_ratio >= ENOUGH_COVERAGE;
}

/** The uptime to display; null: there is none, or no check supports it. */
export function shownUptime(period: Period): number | null {
  return isUnchecked(period) ? null : period.uptime_ratio;
}
