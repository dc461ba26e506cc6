import { type Static, Type } from 'typebox';
import { storesOf } from '../../accounts/access.ts';
import type { AdjustmentService } from '../../adjustments/service.ts';
import { formatInstant, instantFrom } from '../../calendar/instant.ts';
import { shownZone } from '../../calendar/tzdb.ts';
import { DAY } from '../../domain/hours.ts';
import { type Intervals, total } from '../../domain/interval.ts';
import type { Segment, Stretch, Timeline as TimelineOf, Totals } from '../../domain/timeline.ts';
import { POLL_REACH, WINDOW_NAMES, WINDOWS, type WindowName } from '../../domain/window.ts';
import { wallAt } from '../../domain/zone.ts';
import type { FleetService, NamedTimeline } from '../../fleet/service.ts';
import type { TimelineRange } from '../../fleet/timeline.ts';
import { invalid } from '../../lib/errors.ts';
import { AsOf, asOfFrom, seconds } from '../as-of.ts';
import { BeganEarlier, outageStart } from '../outage-start.ts';
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
import { OldZone, PollReason, ReasonCode, reasonBody } from '../stores/store-schemas.ts';
import type { Routes } from '../types.ts';
import { Coverage } from './status.ts';

const TimelineQuery = Type.Object(
  {
    from: Type.Optional(GivenInstant('the start; by default seven days before `to`')),
    to: Type.Optional(GivenInstant('the end; by default `as_of`')),
    as_of: Type.Optional(AsOf),
    windows: Type.Optional(
      Type.Array(OneOf(WINDOW_NAMES), {
        maxItems: WINDOW_NAMES.length,
        description: 'windows of a report to explain as well: those that end at `as_of`, whatever the range is',
      }),
    ),
    estimator: Type.Optional(OneOf(['nearest'], 'the calculation method')),
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
    detail: Nullable(Type.String({ description: "the platform's own term, from the first such poll that has one" })),
    polls: Type.Integer(),
  },
  { title: 'OutageReason' },
);

const Outage = Type.Object(
  {
    from: StoreTime,
    to: StoreTime,
    ongoing: Type.Boolean({
      description: 'no poll up to `as_of` found the store up again; if its polls are stale, the outage may be over',
    }),
    lost_seconds: Type.Number({ description: 'downtime that was seen' }),
    since_first_poll: SinceFirstPoll,
    began_earlier: BeganEarlier,
    reasons: Type.Array(OutageReason, {
      description: 'the known reasons of its inactive polls that count, most frequent first',
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

const SeenTime = Type.Object(
  {
    segments: Type.Array(StateSegment),
    totals: TimelineTotals,
    covered: Type.Array(OpenInterval, {
      description: 'the open time within one polling interval of a poll that counts',
    }),
    coverage_ratio: Nullable(Coverage),
  },
  {
    title: 'SeenTime',
    description:
      'What was seen of this time: unknown before the first poll ever, and further than two polling intervals from all polls that count. Elsewhere, it is as in `segments` beside it.',
  },
);

const TimelineWindow = Type.Object(
  { from: StoreTime, to: StoreTime, segments: Type.Array(StateSegment), totals: TimelineTotals, seen: SeenTime },
  { title: 'TimelineWindow', description: 'The open time of one window by state. The totals are those of a report.' },
);

const Timeline = Type.Object(
  {
    store_id: StoreId,
    time_zone: Type.String({
      description: 'the time zone at `to`; UTC if it is unknown',
      examples: ['America/Chicago'],
    }),
    zone: OldZone,
    as_of: StoreTime,
    from: StoreTime,
    to: StoreTime,
    estimator: OneOf(['nearest']),
    first_poll: FirstPoll,
    open: Type.Array(OpenInterval, { description: 'the open intervals within the range' }),
    planned: Type.Array(OpenInterval, { description: 'planned downtime within the range' }),
    hours_unknown: Type.Array(OpenInterval, {
      description:
        'the part of `open` with unknown hours or an unknown zone: the given ones are invalid. The state is unknown there, and polls do not count.',
    }),
    polls: Type.Array(SeenPoll, { description: 'the polls in the range, both ends included' }),
    segments: Type.Array(StateSegment, { description: 'the open time of the range by state' }),
    outages: Type.Array(Outage, {
      description:
        'outages that overlap the range, unclipped and across closed time; none begins earlier than the first poll',
    }),
    totals: TimelineTotals,
    seen: SeenTime,
    windows: Type.Optional(
      Type.Object(
        {
          hour: Type.Optional(TimelineWindow),
          day: Type.Optional(TimelineWindow),
          week: Type.Optional(TimelineWindow),
        },
        { title: 'TimelineWindows', description: 'those that the request names' },
      ),
    ),
  },
  { title: 'Timeline' },
);

/** How the figures of a store are calculated. */
export function timelineRoutes(fleet: FleetService, adjustments: AdjustmentService): Routes {
  return async (app) => {
    app.get(
      '/api/v1/stores/:store_id/timeline',
      {
        config: { access: 'stores:read' },
        schema: {
          operationId: 'getStoreTimeline',
          tags: ['timeline'],
          summary: 'Get the timeline of a store: open time, polls, states and outages',
          params: Type.Object({ store_id: StoreId }),
          querystring: TimelineQuery,
          response: { 200: Timeline },
        },
      },
      async (request, reply) => {
        const asked = await asOfFrom(request, fleet);
        const asOf = asked?.asOf ?? fleet.now();
        const { windows: names = [] } = request.query;
        const windows = names.map((name) => windowOf(name, asOf));
        const range = { ...rangeFrom(request.query, asOf), asOf, windows };
        reply.header('cache-control', 'no-store');
        const { store_id } = request.params;
        const timeline = await fleet.timeline(storesOf(request.principal), store_id, range, asked?.requester);
        const planned = await adjustments.planned(timeline.storeId, range);
        return bodyOf(timeline, planned, range, names);
      },
    );
  };
}

/** @throws UserError `invalid_input` if it is not within the eight days before `asOf` */
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

function windowOf(name: WindowName, asOf: number): Stretch {
  return { from: asOf - (WINDOWS[WINDOW_NAMES.indexOf(name)] as number), to: asOf };
}

function bodyOf(
  timeline: NamedTimeline,
  planned: Intervals,
  range: TimelineRange,
  windows: readonly WindowName[],
): Static<typeof Timeline> {
  const time = (instant: number) => storeTimeAhead(instant, wallAt(timeline.zoneAt(instant), instant) - instant);
  const { open, hoursUnknown, polls, outages, firstPoll } = timeline;
  const zone = shownZone(timeline.zoneAt(range.to).name);
  const stretches = (intervals: Intervals) =>
    Array.from({ length: intervals.length / 2 }, (_, i) => ({
      from: time(intervals[2 * i] as number),
      to: time(intervals[2 * i + 1] as number),
    }));
  const openTime = (
    { from, to }: Stretch,
    { segments, totals, seen }: Pick<TimelineOf, 'segments' | 'totals' | 'seen'>,
  ) => ({
    from: time(from),
    to: time(to),
    segments: segments.map(segmentBody),
    totals: totalsBody(totals),
    seen: {
      segments: seen.segments.map(segmentBody),
      totals: totalsBody(seen.totals),
      covered: stretches(seen.covered),
      coverage_ratio: seen.totals.open > 0 ? total(seen.covered) / seen.totals.open : null,
    },
  });
  const segmentBody = ({ from, to, state }: Segment) => ({
    from: time(from),
    to: time(to),
    state,
    seconds: seconds(to - from),
  });
  return {
    store_id: timeline.storeId,
    time_zone: zone,
    zone,
    as_of: time(range.asOf),
    estimator: 'nearest',
    first_poll: firstPoll === undefined ? null : time(firstPoll),
    open: stretches(open),
    planned: stretches(planned),
    hours_unknown: stretches(hoursUnknown),
    polls: polls.map(({ instant, active, counts, hoursKnown, reason }) => ({
      at: time(instant),
      status: active ? 'active' : 'inactive',
      counts,
      reason: counts ? null : hoursKnown ? 'outside_business_hours' : 'hours_unknown',
      inactive_reason: reasonBody(reason),
    })),
    ...openTime(range, timeline),
    outages: outages.map(({ from, to, ongoing, lost, sinceFirstPoll, beganEarlier, reasons }) => ({
      from: time(outageStart(from, beganEarlier, zone, to)),
      to: time(to),
      ongoing,
      lost_seconds: seconds(lost),
      since_first_poll: sinceFirstPoll,
      began_earlier: beganEarlier,
      reasons: reasons.map(({ code, detail = null, polls }) => ({ code, detail, polls })),
    })),
    ...(windows.length > 0 && {
      windows: Object.fromEntries(
        windows.map((name, i) => [name, openTime(windowOf(name, range.asOf), timeline.windows[i] as TimelineOf)]),
      ),
    }),
  };
}

function totalsBody({ open, up, down, unknown }: Totals): Static<typeof TimelineTotals> {
  return {
    open_seconds: seconds(open),
    up_seconds: seconds(up),
    down_seconds: seconds(down),
    unknown_seconds: seconds(unknown),
  };
}
