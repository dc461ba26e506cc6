import type { Analytics } from '../../../api/schema.ts';
import type { AnalyticsQuery, Asked } from '../../lib/analytics.ts';
import { wallAt } from '../../lib/zones.ts';
import { call } from '../../state/api.ts';
import { bringZones } from '../../state/zones.ts';

/** What the page shows; all of it describes the same instant. */
export interface Answers {
  /** In total, by group. */
  readonly groups: Analytics;
  /** Over time, for all stores in question; `undefined`: the question is in total, or by hour of the week. */
  readonly trend: Analytics | undefined;
  /** By hour of the week, likewise. */
  readonly week: Analytics;
  /** What is over of a period that is not: the wall time of the zone that is furthest behind. */
  readonly wall: number | undefined;
}

/** @param asOf an instant or `latest`; empty: the latest check */
export async function fetchAnswers(asked: Asked, asOf: string, signal: AbortSignal): Promise<Answers> {
  const { group_by, compare, by, daypart, intervals, ...about } = asked;
  const ask = async (query: AnalyticsQuery): Promise<Analytics> =>
    (await call('GET /api/v1/analytics', { query: { ...about, ...query }, signal })) as Analytics;
  const groups = await ask({
    group_by,
    compare,
    intervals,
    targets: true,
    lost_sales: true,
    by: 'total',
    ...(asOf !== '' && { as_of: asOf }),
  });
  const { as_of, known_at } = groups;
  const hasTrend = by !== 'total' && by !== 'hour_of_week';
  const [trend, week, wall] = await Promise.all([
    hasTrend ? ask({ by, daypart, compare, as_of, known_at }) : undefined,
    ask({ by: 'hour_of_week', as_of, known_at }),
    groups.period.complete ? undefined : earliestWall(Date.parse(as_of), asked.time_zone, signal),
  ]);
  return { groups, trend, week, wall };
}

/** The zone of stores whose zone is unknown has no clock. */
const UNKNOWN_ZONE = 'Etc/Unknown';

async function earliestWall(instant: number, zone: string | undefined, signal: AbortSignal): Promise<number> {
  const listed = zone === undefined ? (await call('GET /api/v1/store-zones', { signal })).items : [];
  const zones = zone === undefined ? listed.map(({ time_zone }) => time_zone) : [zone];
  const known = zones.filter((name) => name !== UNKNOWN_ZONE);
  await bringZones(known);
  return Math.min(...known.map((name) => wallAt(instant, name)));
}
