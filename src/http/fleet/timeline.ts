import { type Static, Type } from 'typebox';
import { storesOf } from '../../accounts/access.ts';
import { formatInstant, instantFrom } from '../../calendar/instant.ts';
import { shownZone } from '../../calendar/tzdb.ts';
import { DAY } from '../../domain/hours.ts';
import type { Intervals } from '../../domain/interval.ts';
import type { Stretch } from '../../domain/timeline.ts';
import { POLL_REACH, WINDOWS } from '../../domain/window.ts';
import { wallAt } from '../../domain/zone.ts';
import type { FleetService } from '../../fleet/service.ts';
import type { StoreTimeline } from '../../fleet/timeline.ts';
import { invalid } from '../../lib/errors.ts';
import { AsOf, asOfFrom, seconds } from '../as-of.ts';
import {
  FirstPoll,
  GivenInstant,
  Nullable,
  OneOf,
  SinceFirstPoll,
  StoreId,
  StoreTime,
  storeTimeAhead,
} from '../schemas.ts';
import { PollReason, ReasonCode, reasonBody } from '../stores/store-schemas.ts';
import type { Routes } from '../types.ts';

const TimelineQuery = Type.Object(
  {
    from: Type.Optional(GivenInstant('the beginning; by default seven days before `to`')),
    to: Type.Optional(GivenInstant('the end; by default `as_of`')),
    as_of: Type.Optional(AsOf),
    estimator: Type.Optional(OneOf(['nearest'], 'the rule that decides between polls')),
  },
  { additionalProperties: false },
);

const OpenInterval = Type.Object({ from: StoreTime, to: StoreTime }, { title: 'OpenInterval' });

const SeenPoll = Type.Object(
  {
    at: StoreTime,
    status: OneOf(['active', 'inactive']),
    counts: Type.Boolean(),
    reason: Nullable(OneOf(['outside_business_hours', 'hours_unknown'], 'why it does not count')),
    inactive_reason: Nullable(PollReason),
  },
  { title: 'SeenPoll' },
);

const StateSegment = Type.Object(
  { from: StoreTime, to: StoreTime, state: OneOf(['up', 'down', 'unknown']), seconds: Type.Number() },
  { title: 'StateSegment' },
);

const OutageReason = Type.Object(
  {
    code: ReasonCode,
    detail: Nullable(Type.String({ description: "the platform's own word, of the first such poll that has one" })),
    polls: Type.Integer(),
  },
  { title: 'OutageReason' },
);

const Outage = Type.Object(
  {
    from: StoreTime,
    to: StoreTime,
    ongoing: Type.Boolean({ description: 'nothing has shown the store up again until `as_of`' }),
    lost_seconds: Type.Number({ description: 'open time that was down' }),
    since_first_poll: SinceFirstPoll,
    reasons: Type.Array(OutageReason, {
      description: 'why its polls that count were inactive, as far as it is known; the most frequent reason first',
    }),
  },
  { title: 'Outage' },
);

const TimelineTotals = Type.Object(
  {
    open_seconds: Type.Number(),
    up_seconds: Type.Number(),
    down_seconds: Type.Number(),
    unknown_seconds: Type.Number(),
  },
  { title: 'TimelineTotals' },
);

const Timeline = Type.Object(
  {
    store_id: StoreId,
    zone: Type.String({
      description: 'whose clock the store went by at `to`; UTC where its zone is unknown then',
      examples: ['America/Chicago'],
    }),
    as_of: StoreTime,
    from: StoreTime,
    to: StoreTime,
    estimator: OneOf(['nearest']),
    first_poll: FirstPoll,
    open: Type.Array(OpenInterval, { description: 'when the store was open, within the range' }),
    hours_unknown: Type.Array(OpenInterval, {
      description:
        'the part of `open` in which its hours or its zone are unknown: they were given and could not be read. The state is unknown there, and polls do not count.',
    }),
    polls: Type.Array(SeenPoll, { description: 'the polls in the range, both ends included' }),
    segments: Type.Array(StateSegment, { description: 'the open time of the range by state' }),
    outages: Type.Array(Outage, {
      description:
        'outages that meet the range, each as a whole and across closed time; none begins before eight days before `as_of`, or before the first poll of the store',
    }),
    totals: TimelineTotals,
  },
  { title: 'Timeline' },
);

/** Why the figures of a store are what they are. */
export function timelineRoutes(fleet: FleetService): Routes {
  return async (app) => {
    app.get(
      '/api/v1/stores/:store_id/timeline',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'getStoreTimeline',
          tags: ['timeline'],
          summary: 'Open times, polls, states and outages of a store: what its figures come from',
          params: Type.Object({ store_id: StoreId }),
          querystring: TimelineQuery,
          response: { 200: Timeline },
        },
      },
      async (request, reply) => {
        const asked = await asOfFrom(request, fleet);
        const asOf = asked?.asOf ?? fleet.now();
        const range = rangeFrom(request.query, asOf);
        reply.header('cache-control', 'no-store');
        const { store_id } = request.params;
        const timeline = await fleet.timeline(
          storesOf(request.principal),
          store_id,
          { ...range, asOf },
          asked?.requester,
        );
        return answerOf(timeline.storeId, range, asOf, timeline);
      },
    );
  };
}

/** @throws UserError `invalid_input` when it does not lie within the eight days before `asOf` */
function rangeFrom(query: { readonly from?: string; readonly to?: string }, asOf: number): Stretch {
  const earliest = asOf - POLL_REACH;
  const to = query.to === undefined ? asOf : instantFrom('to', query.to);
  const from = query.from === undefined ? Math.max(to - WINDOWS[2], earliest) : instantFrom('from', query.from);
  if (to > asOf) {
    throw invalid(`to is ${formatInstant(to)}, expected no later than as_of, ${formatInstant(asOf)}`, 'to');
  }
  if (from < earliest) {
    throw invalid(
      `from is ${formatInstant(from)}, expected no earlier than ${POLL_REACH / DAY} days before as_of, ${formatInstant(earliest)}`,
      'from',
    );
  }
  if (from > to)
    throw invalid(`from is ${formatInstant(from)}, expected no later than to, ${formatInstant(to)}`, 'from');
  return { from, to };
}

function answerOf(id: string, range: Stretch, asOf: number, timeline: StoreTimeline): Static<typeof Timeline> {
  const time = (instant: number) => storeTimeAhead(instant, wallAt(timeline.zoneAt(instant), instant) - instant);
  const { open, hoursUnknown, polls, segments, outages, totals, firstPoll } = timeline;
  const stretches = (intervals: Intervals) =>
    Array.from({ length: intervals.length / 2 }, (_, i) => ({
      from: time(intervals[2 * i] as number),
      to: time(intervals[2 * i + 1] as number),
    }));
  return {
    store_id: id,
    zone: shownZone(timeline.zoneAt(range.to).name),
    as_of: time(asOf),
    from: time(range.from),
    to: time(range.to),
    estimator: 'nearest',
    first_poll: firstPoll === undefined ? null : time(firstPoll),
    open: stretches(open),
    hours_unknown: stretches(hoursUnknown),
    polls: polls.map(({ instant, active, counts, hoursKnown, reason }) => ({
      at: time(instant),
      status: active ? 'active' : 'inactive',
      counts,
      reason: counts ? null : hoursKnown ? 'outside_business_hours' : 'hours_unknown',
      inactive_reason: reasonBody(reason),
    })),
    segments: segments.map(({ from, to, state }) => ({
      from: time(from),
      to: time(to),
      state,
      seconds: seconds(to - from),
    })),
    outages: outages.map(({ from, to, ongoing, lost, sinceFirstPoll, reasons }) => ({
      from: time(from),
      to: time(to),
      ongoing,
      lost_seconds: seconds(lost),
      since_first_poll: sinceFirstPoll,
      reasons: reasons.map(({ code, detail = null, polls }) => ({ code, detail, polls })),
    })),
    totals: {
      open_seconds: seconds(totals.open),
      up_seconds: seconds(totals.up),
      down_seconds: seconds(totals.down),
      unknown_seconds: seconds(totals.unknown),
    },
  };
}
