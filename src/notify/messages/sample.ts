import type { NotificationFacts } from '../../domain/alerts/facts.ts';
import { HOUR, MINUTE } from '../../domain/hours.ts';

const AT = Date.parse('2026-11-27T18:05:00Z');
const SEEN = { coverage: 0.97 };

/** A message that has everything, to preview and check templates. Its store is invented. */
export const SAMPLE: NotificationFacts = {
  ...{ kind: 'opened', severity: 'page', at: AT, incidentId: 'sample', rule: 'Down for two checks' },
  stores: [
    {
      ...{ id: 'austin-1', name: 'Noodle Bar', labels: { city: 'Austin', platform: 'Food2Go' } },
      ...{ zone: 'America/Chicago', downSince: AT - 90 * MINUTE, upSince: AT, didNotOpen: false, lost: 90 * MINUTE },
      beganEarlier: false,
      estimatedLoss: { amount: 180, currency: 'USD' },
      polls: [
        { at: AT - 15 * MINUTE, active: false, reason: 'closed_by_store: PAUSED' },
        { at: AT - 75 * MINUTE, active: false, reason: 'http_503' },
        { at: AT - 105 * MINUTE, active: true },
      ],
    },
  ],
  more: 2,
  outage: { label: 'platform', value: 'Food2Go', down: 120, of: 150, recovered: 0, own: false },
  period: { from: AT - 24 * HOUR, until: AT },
  digest: { ended: 12, open: 3, interrupted: 20 * MINUTE, watched: true },
  analytics: {
    ...{ subscriptionId: 'sample', name: 'Last week by brand', question: { period: 'last-week', group_by: ['brand'] } },
    formats: [],
    answer: {
      period: { from: '2026-11-16', to: '2026-11-23', zone: null, complete: true },
      compared: { from: '2026-11-09', to: '2026-11-16' },
      ...{ asOf: AT, knownAt: AT, keys: ['brand'], groups: 2 },
      total: { name: '', stores: 150, open: 12_600 * HOUR, down: 230 * HOUR, ...SEEN, uptime: 0.981, change: -0.004 },
      worst: [
        { name: 'Bella', stores: 90, open: 7_560 * HOUR, down: 210 * HOUR, ...SEEN, uptime: 0.972, change: -0.008 },
      ],
      improved: [
        { name: 'Corte', stores: 60, open: 5_040 * HOUR, down: 20 * HOUR, ...SEEN, uptime: 0.996, change: 0.002 },
      ],
    },
  },
  ...{ count: 14, canAcknowledge: true, page: '/incidents/sample' },
};
