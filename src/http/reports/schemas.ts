import { type Static, Type } from 'typebox';
import { formatInstant, instantFrom, instantOrNull } from '../../calendar/instant.ts';
import { ESTIMATORS } from '../../domain/markov/estimator.ts';
import { WINDOW_NAMES, type WindowName } from '../../domain/window.ts';
import { LIMITS } from '../../lib/budgets.ts';
import type { ReportFigures } from '../../reports/figures.ts';
import { COVERED_NAMES, EXACT_DETAIL_NAMES, QUANTITIES } from '../../reports/quantities.ts';
import type { ReportRequest } from '../../reports/service.ts';
import { warningOf } from '../../reports/stale-polls.ts';
import { summaryOf } from '../../reports/summary.ts';
import { REPORT_STATUSES, type ReportRecord } from '../../storage/ports/report-catalog.ts';
import { seconds } from '../as-of.ts';
import { GivenInstant, Instant, Nullable, OneOf, oldName, StoreId, Uuid } from '../schemas.ts';
import { TzVersion } from './tz-version.ts';
import { Warning } from './warning.ts';

export const ROOT = '/api/v1/reports';
export const tags = ['reports'];

export const ReportParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'the report ID' }) });

/** Ids in paths are case-insensitive. */
export function idOf({ id }: { readonly id: string }): string {
  return id.toLowerCase();
}

export const TriggerBody = Type.Object(
  {
    as_of: Type.Optional(GivenInstant('the instant of the report; by default that of the latest poll of your stores')),
    estimator: Type.Optional(OneOf(ESTIMATORS, 'the calculation method; by default `nearest`, or as configured')),
    detailed: Type.Optional(
      Type.Boolean({ description: 'include 90% credible intervals; a report by `markov` always does' }),
    ),
    stores: Type.Optional(
      Type.Array(StoreId, {
        minItems: 1,
        maxItems: LIMITS.idsPerRequest,
        description: 'limits the report to these stores; by default all of yours',
      }),
    ),
  },
  { additionalProperties: false, title: 'NewReport' },
);

export function requestFrom({ as_of, estimator, detailed, stores }: Static<typeof TriggerBody>): ReportRequest {
  return { asOf: as_of === undefined ? undefined : instantFrom('as_of', as_of), estimator, detailed, stores };
}

export const ReportResource = Type.Object(
  {
    report_id: Uuid,
    id: oldName(Uuid, 'report_id'),
    status: OneOf(REPORT_STATUSES),
    progress: Type.Number({ minimum: 0, maximum: 1, description: 'share of the stores done' }),
    as_of: Instant,
    estimator: OneOf(ESTIMATORS),
    detailed: Type.Boolean({ description: 'whether it has credible intervals' }),
    limited_to: Nullable(Type.Integer({ description: 'the number of requested stores; null: all' })),
    stores: Nullable(Type.Integer({ description: 'the number of rows, once complete' })),
    requested_by: Nullable(Type.String({ description: 'the ID of a user; null: created while there were no users' })),
    created_at: Instant,
    started_at: Nullable(Instant),
    finished_at: Nullable(Instant),
    error: Nullable(Type.String({ description: 'why it failed' })),
    tz_version: Nullable(TzVersion),
    warning: Nullable(Warning),
  },
  { title: 'Report' },
);

export const ReportProgress = Type.Pick(ReportResource, ['progress', 'status'], { title: 'ReportProgress' });

export function reportResource(report: ReportRecord): Static<typeof ReportResource> {
  return {
    report_id: report.id,
    id: report.id,
    status: report.status,
    progress: report.progress,
    as_of: formatInstant(report.asOf),
    estimator: report.estimator,
    detailed: report.detailed,
    limited_to: report.filter?.size ?? null,
    stores: report.stores ?? null,
    requested_by: report.requestedBy ?? null,
    created_at: formatInstant(report.requestedAt),
    started_at: instantOrNull(report.startedAt),
    finished_at: instantOrNull(report.finishedAt),
    error: report.reason ?? null,
    tz_version: report.tzVersion ?? null,
    warning: warningOf(report) ?? null,
  };
}

const durations = Object.fromEntries(
  WINDOW_NAMES.flatMap((window) =>
    QUANTITIES.map((quantity) => [`${quantity}_last_${window}_seconds`, Type.Number({ minimum: 0 })]),
  ),
);

const details = Object.fromEntries(
  EXACT_DETAIL_NAMES.map((name) => [name, Type.Optional(Type.Number({ minimum: 0, description: 'if detailed' }))]),
);

const covered = Object.fromEntries(
  COVERED_NAMES.map((name) => [
    `${name}_seconds`,
    Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'open time within one polling interval of a poll; missing in reports of earlier versions',
      }),
    ),
  ]),
);

/** Of each window, open = uptime + downtime + unknown, exactly. */
export const ReportRow = Type.Object(
  {
    store_id: StoreId,
    name: Nullable(Type.String({ description: 'the current name; null: no name, or a deleted store' })),
    brand: Nullable(Type.String({ description: 'the current label `brand`, likewise' })),
    ...durations,
    polls_counted: Type.Integer({ minimum: 0, description: 'polls within business hours, of eight days' }),
    first_poll: Nullable(
      Type.String({
        format: 'date-time',
        description: 'the first poll ever, if it was in the last week; the figures extend its state to the time before',
      }),
    ),
    ...details,
    ...covered,
  },
  { title: 'ReportRow', additionalProperties: true },
);

const UptimeBar = Type.Object(
  {
    from: Type.Number({ minimum: 0, maximum: 1 }),
    to: Type.Number({ minimum: 0, maximum: 1 }),
    stores: Type.Integer({ minimum: 0 }),
  },
  {
    title: 'UptimeBar',
    description: 'Stores with an uptime ratio of at least `from` and less than `to`; from 1 to 1: exactly 1.',
  },
);

const WindowSummary = Type.Object(
  {
    open_seconds: Type.Number({ minimum: 0 }),
    uptime_seconds: Type.Number({ minimum: 0 }),
    downtime_seconds: Type.Number({ minimum: 0 }),
    unknown_seconds: Type.Number({ minimum: 0 }),
    uptime_ratio: Nullable(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'uptime as a share of the known open time; null if none is known',
        examples: [0.9731],
      }),
    ),
    coverage_ratio: Nullable(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          'the share of the open time within one polling interval of a poll; null if there is none, and in reports of earlier versions',
        examples: [0.998],
      }),
    ),
    stores_with_data: Type.Integer({ minimum: 0, description: 'stores with known open time' }),
    stores_without_data: Type.Integer({ minimum: 0, description: 'stores without: not open, or not polled' }),
    histogram: Type.Array(UptimeBar, { description: 'the stores with data by uptime ratio, lowest first' }),
  },
  { title: 'WindowSummary', description: 'All stores of a report together. open = uptime + downtime + unknown.' },
);

export const ReportSummary = Type.Object(
  {
    as_of: Instant,
    estimator: OneOf(ESTIMATORS),
    stores: Type.Integer({ minimum: 0, description: 'stores in the report' }),
    hour: WindowSummary,
    day: WindowSummary,
    week: WindowSummary,
  },
  { title: 'ReportSummary' },
);

export function summaryBody(figures: ReportFigures): Static<typeof ReportSummary> {
  const windowOf = (window: WindowName): Static<typeof WindowSummary> => {
    const { open, up, down, unknown, covered, storesWithData, storesWithoutData, histogram } = summaryOf(
      figures,
      window,
    );
    return {
      open_seconds: seconds(open),
      uptime_seconds: seconds(up),
      downtime_seconds: seconds(down),
      unknown_seconds: seconds(unknown),
      uptime_ratio: up + down === 0 ? null : up / (up + down),
      coverage_ratio: covered === undefined || open === 0 ? null : covered / open,
      stores_with_data: storesWithData,
      stores_without_data: storesWithoutData,
      histogram: [...histogram],
    };
  };
  return {
    as_of: formatInstant(figures.asOf),
    estimator: figures.estimator,
    stores: figures.ids.length,
    hour: windowOf('hour'),
    day: windowOf('day'),
    week: windowOf('week'),
  };
}
