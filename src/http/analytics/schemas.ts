import { Type } from 'typebox';
import { COMPARISONS } from '../../analytics/compare.ts';
import { MOST_DAYPARTS_IN_ALL } from '../../analytics/dayparts.ts';
import { ANALYTICS_FORMATS } from '../../analytics/formats.ts';
import { MOST_KEYS } from '../../analytics/question.ts';
import { ESTIMATORS } from '../../domain/markov/estimator.ts';
import { DIVISIONS } from '../../domain/periods/cells.ts';
import { TARGET_PERIODS, VERDICTS } from '../../domain/periods/target.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { LABEL_KEY_LENGTH } from '../../lib/store-fields.ts';
import { SEARCH_LENGTH } from '../../lib/store-search.ts';
import { Id } from '../accounts/schemas.ts';
import { Instant, Nullable, OneOf } from '../schemas.ts';

export const ROOT = '/api/v1/analytics';
export const tags = ['analytics'];

const Text = (description: string, examples: string[]) =>
  Type.Optional(Type.String({ maxLength: 100, description, examples }));

const Texts = (description: string, examples: string[][], maxLength: number, maxItems: number) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength }), { maxItems, description, examples }));

export const AnalyticsQuery = Type.Object(
  {
    period: Text(
      'the period: a day, an ISO week, a month, a quarter or a year; `today`, `yesterday`; `this-week`, `last-week` (or `month`, `quarter`, `year`); `last-30-days` (or `weeks`, `months`), by the date that the clocks of most of these stores show; of the fiscal calendar, `FY2026-P03`, `FY2026-W17`, `FY2026-Q2`, `FY2026`, `this-fiscal-period`, `last-fiscal-period` (or `week`, `quarter`, `year`), `last-13-fiscal-periods` (or `weeks`)',
      ['last-30-days', '2026-10', '2026-W44', '2026-Q4', 'FY2026-P03'],
    ),
    from: Text('instead of `period`: the start, a date or an instant (RFC 3339)', ['2026-10-01']),
    to: Text('the end, exclusive: a date or an instant (RFC 3339)', ['2026-11-01']),
    time_zone: Text('the IANA time zone of the days and hours; by default the local time of each store', [
      'America/Chicago',
    ]),
    by: Type.Optional(
      OneOf(
        [...DIVISIONS],
        'the parts of the period, each with its own row; by default `total`. `fiscal_week` and `fiscal_period` need a fiscal calendar',
      ),
    ),
    daypart: Texts(
      'for `by=daypart`: each as `name@time`, the local time at which it begins; it lasts until the next one begins. For stores with a label that have other dayparts: `key:value/name@time`',
      [['lunch@11:00', 'dinner@17:00', 'brand:Bar/dinner@18:00']],
      420,
      MOST_DAYPARTS_IN_ALL,
    ),
    group_by: Texts(
      'label keys, or `store_id`: each combination of their values has its own rows',
      [['brand', 'region']],
      LABEL_KEY_LENGTH,
      MOST_KEYS,
    ),
    subtotals: Type.Optional(
      Type.Boolean({
        description: 'include subtotals by the first keys alone, and of all stores; by default true',
      }),
    ),
    compare: Type.Optional(
      OneOf(
        [...COMPARISONS],
        'another period: the one before, or a year ago. Whole months are compared with whole months; any other period with one of the same length, 364 days earlier for `year_ago`. With the fiscal calendar, `year_ago` compares each week with that of the same number',
      ),
    ),
    label: Texts(
      'only stores with all of these labels, each as `key:value`; case and accents of the value do not matter',
      [['city:Chicago']],
      301,
      20,
    ),
    store_id: Texts(
      'only these stores; each value is an ID, or IDs separated by commas or spaces',
      [['17,18']],
      SEARCH_LENGTH,
      LIMITS.idsPerQuery,
    ),
    as_of: Text(
      'an instant (RFC 3339): later polls do not count, and later time is not in the period; by default that of the latest poll of your stores',
      ['2026-11-28T18:00:00Z'],
    ),
    known_at: Text('an instant (RFC 3339): adjustments recorded later are left out; by default now', [
      '2026-11-28T18:00:00Z',
    ]),
    estimator: Type.Optional(
      OneOf(
        [...ESTIMATORS],
        'how uptime follows from polls: by the nearest one (the default), or as its expectation under a Markov chain',
      ),
    ),
    intervals: Type.Optional(
      Type.Boolean({
        description: 'include 90% credible intervals of uptime and downtime; by default false',
      }),
    ),
    targets: Type.Optional(
      Type.Boolean({
        description:
          'include the uptime target of the stores of each row, if the row covers one period of it; by default false',
      }),
    ),
    lost_sales: Type.Optional(
      Type.Boolean({
        description: 'whether rows have what downtime cost, at the rates at which the stores sell; by default false',
      }),
    ),
    format: Type.Optional(
      OneOf([...ANALYTICS_FORMATS], 'by default `json`; `xlsx` is an Excel workbook of at most 500,000 cells'),
    ),
  },
  { additionalProperties: false },
);

const Ratio = (description: string) =>
  Nullable(Type.Number({ description: `${description}, 0 to 1; null if there is none`, examples: [0.9731] }));

const Part = (description: string, example: string) => Type.Optional(Type.String({ description, examples: [example] }));

const figures = {
  open_seconds: Type.Number({ description: 'open = up + down + unknown' }),
  up_seconds: Type.Number(),
  down_seconds: Type.Number(),
  unknown_seconds: Type.Number({ description: 'open time with no poll that counts within eight days' }),
  uptime_ratio: Ratio('uptime as a share of the known open time'),
  planned_seconds: Type.Number({ description: 'open time in planned downtime' }),
  excused_seconds: Type.Number({ description: 'open time that is excused, and not in planned downtime' }),
  adjusted_up_seconds: Type.Number({ description: 'uptime after adjustments, without planned and excused time' }),
  adjusted_down_seconds: Type.Number({ description: 'downtime after adjustments, without planned and excused time' }),
  adjusted_uptime_ratio: Ratio('adjusted uptime as a share of adjusted uptime and downtime'),
  outages: Type.Integer({ description: 'the outages that begin here; one under way begins with the period' }),
  mean_outage_seconds: Nullable(Type.Number({ description: 'mean downtime of these outages; null: there are none' })),
  longest_outage_seconds: Type.Number(),
  longest_unobserved_seconds: Type.Number({
    description:
      'the longest open time of a store between two polls that count, or between one and an end of the period',
  }),
  polls: Type.Integer({ description: 'polls that count' }),
  covered_seconds: Type.Number({
    description: 'open time within one polling interval of a poll that counts, not before the first poll',
  }),
  coverage_ratio: Ratio('the same as a share of the open time'),
};

const End = (what: string) =>
  Type.Optional(Type.Number({ description: `with \`intervals\`: the ${what} of the credible interval` }));

const RatioEnd = (what: string) => Type.Optional(Ratio(`with \`intervals\`: the ${what} of the credible interval`));

const intervals = {
  up_low_seconds: End('low end'),
  up_high_seconds: End('high end'),
  down_low_seconds: End('low end'),
  down_high_seconds: End('high end'),
  uptime_low_ratio: RatioEnd('low end'),
  uptime_high_ratio: RatioEnd('high end'),
  adjusted_up_low_seconds: End('low end'),
  adjusted_up_high_seconds: End('high end'),
  adjusted_down_low_seconds: End('low end'),
  adjusted_down_high_seconds: End('high end'),
  adjusted_uptime_low_ratio: RatioEnd('low end'),
  adjusted_uptime_high_ratio: RatioEnd('high end'),
};

const Amount = (description: string) => Type.String({ description, examples: ['1234.50'] });

const LostSales = Type.Object(
  {
    currency: Type.String({ description: 'the code of ISO 4217', examples: ['USD'] }),
    amount: Amount('downtime × the sales rates of these hours of the week'),
    amount_low: Type.Optional(Amount('with `intervals`: the same at the low end of the downtime')),
    amount_high: Type.Optional(Amount('with `intervals`: the same at the high end')),
    by_source: Type.Object(
      {
        sales_feed: Amount("of the amount: by the stores' own sales"),
        group: Amount('by the sales of stores with the same value of a label'),
        constant: Amount('by constant rates'),
      },
      { title: 'LostSalesBySource' },
    ),
  },
  { title: 'LostSales' },
);

const losses = {
  lost_sales: Type.Optional(
    Nullable(
      Type.Array(LostSales, {
        description:
          'with `lost_sales`: what downtime cost, for each currency that these stores have; null: nothing says what they sell',
      }),
    ),
  ),
  unvalued_down_seconds: Type.Optional(
    Type.Number({ description: 'with `lost_sales`: downtime in hours at whose rate nothing is known' }),
  ),
};

const Standing = Type.Object(
  {
    target_id: Id,
    uptime_ratio: Type.Number({ examples: [0.99] }),
    period: OneOf([...TARGET_PERIODS]),
    scheduled_seconds: Type.Number({ description: 'open time of the whole period, also after `as_of`' }),
    budget_seconds: Type.Number({ description: 'the downtime that the target allows: (1 − target) × scheduled' }),
    spent_seconds: Type.Number({ description: 'adjusted downtime' }),
    spent_low_seconds: Type.Number({ description: 'the low end of its 90% credible interval' }),
    spent_high_seconds: Type.Number({ description: 'the high end' }),
    left_seconds: Type.Number({ description: 'what may still be down: the rest of the period, and unknown time' }),
    burn_rate: Nullable(
      Type.Number({
        description:
          'downtime as a share of the known time, divided by the share that the target allows: at 1, the budget is spent at the end of the period; null: no state is known',
      }),
    ),
    verdict: OneOf(
      [...VERDICTS],
      '`met`: even `spent_high_seconds` and all that is left are within the budget; `missed`: even `spent_low_seconds` is more; otherwise, the polls do not say',
    ),
  },
  {
    title: 'TargetStanding',
    description: 'with `targets`: how the target of these stores stands; null: there is none for this time',
  },
);

const Change = (of: string) =>
  Type.Optional(
    Nullable(Type.Number({ description: `${of}, minus that of the other period; null: one of them is not known` })),
  );

const AnalyticsRow = Type.Object(
  {
    group: Type.Optional(
      Type.Record(Type.String(), Nullable(Type.String()), {
        description:
          'the values of the keys of `group_by`; null: the stores have no such label. A subtotal has the first keys only, and the total none.',
        examples: [{ brand: 'Bella' }],
      }),
    ),
    hour: Part('the local hour, for `by=hour`', '2026-11-01T01:00'),
    day: Part('the local date, for `by=day`', '2026-11-01'),
    week: Part('the ISO week, for `by=week`', '2026-W44'),
    month: Part('the month, for `by=month`', '2026-11'),
    fiscal_week: Part('the week of the fiscal calendar, for `by=fiscal_week`', 'FY2026-W40'),
    fiscal_period: Part('its period, for `by=fiscal_period`', 'FY2026-P10'),
    hour_of_week: Part('for `by=hour_of_week`: `0` (Monday, 00:00 to 01:00) to `167`', '17'),
    daypart: Part('the name, for `by=daypart`', 'lunch'),
    stores: Type.Integer({ description: 'the stores of the group' }),
    ...figures,
    ...intervals,
    ...losses,
    compared: Type.Optional(
      Nullable(
        Type.Object(
          { ...figures, ...intervals, ...losses },
          {
            title: 'ComparedFigures',
            description: 'with `compare`: the same of the other period; null: it has no such part',
          },
        ),
      ),
    ),
    uptime_change: Change('with `compare`: `uptime_ratio`'),
    adjusted_uptime_change: Change('with `compare`: `adjusted_uptime_ratio`'),
    target: Type.Optional(Nullable(Standing)),
  },
  { title: 'AnalyticsRow' },
);

export const Analytics = Type.Object(
  {
    as_of: Instant,
    known_at: { ...Instant, description: 'adjustments are as they were recorded until then' },
    tz_version: Type.String({ description: 'the release of the IANA time zone database', examples: ['2026f'] }),
    program_version: Type.String({ description: 'the version of the server' }),
    period: Type.Object(
      {
        name: Nullable(Type.String({ examples: ['last-30-days'] })),
        from: Type.String({ description: 'a date or an instant', examples: ['2026-10-01'] }),
        to: Type.String({ description: 'the same; it is not part of the period', examples: ['2026-11-01'] }),
        time_zone: Nullable(Type.String({ description: 'null: the local time of each store' })),
        complete: Type.Boolean({ description: 'false: the period ends later than `as_of`, where these figures end' }),
      },
      { title: 'AnalyticsPeriod' },
    ),
    by: OneOf([...DIVISIONS]),
    group_by: Type.Array(Type.String()),
    estimator: OneOf([...ESTIMATORS], 'how uptime follows from polls'),
    compare: Type.Optional(
      Type.Object(
        {
          with: OneOf([...COMPARISONS]),
          from: Type.String({ description: 'a date or an instant', examples: ['2026-09-01'] }),
          to: Type.String({ description: 'the same; it is not part of the other period', examples: ['2026-10-01'] }),
        },
        { title: 'AnalyticsComparison', description: 'the other period, if there is one' },
      ),
    ),
    stores: Type.Integer(),
    rows: Type.Array(AnalyticsRow, {
      description: 'by group, and within a group by time; a subtotal precedes its groups',
    }),
  },
  { title: 'Analytics' },
);
