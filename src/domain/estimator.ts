/** How uptime is estimated from polls. */
export const ESTIMATORS = ['nearest'] as const;
export type EstimatorName = (typeof ESTIMATORS)[number];
