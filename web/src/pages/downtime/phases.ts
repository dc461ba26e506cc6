import type { Adjustment } from '../../../api/schema.ts';

/** The names of the states of planned downtime. */
export const PHASES: Readonly<Record<Adjustment['state'], string>> = {
  active: 'Active now',
  upcoming: 'Upcoming',
  past: 'Past',
  revoked: 'Revoked',
};
