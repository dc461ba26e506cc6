import { literal } from '../../duckdb/session.ts';
import { reasonFrom } from './reason.ts';
import { badId, badNewId, timeOfDay } from './sql-text.ts';

export type FeedName = 'polls' | 'hours' | 'specialHours' | 'zones';

export const FEED_NAMES: readonly FeedName[] = ['zones', 'hours', 'specialHours', 'polls'];

/** A column of a feed: the name it has in the staging queries, and the header names that mean it. */
export interface FeedColumn {
  readonly name: string;
  readonly headers: readonly string[];
  /** A file may do without it; then the staging queries have no such column. */
  readonly optional?: true;
}

/**
 * One of the four feeds. `parse` gives the query that turns raw text columns into the staged ones and says of each
 * bad row why it is bad: from a relation `raw` with a text column for each of `columns` that the file has, the text
 * columns `broken` (why the row cannot be read at all) and `line`, and the boolean `plain` (`isPlain` of its id), to the
 * staged columns and `reason`. A blank line has a null `store_id`.
 *
 * Feeds of schedules also give `concerns`, the id of the store where it can be read, and `misplaced`: the row has no
 * columns, so that the id may be another field.
 */
export interface Feed {
  readonly name: FeedName;
  /** What a user calls such a file. */
  readonly title: string;
  /** The option of a command that names such files. */
  readonly option: string;
  readonly columns: readonly FeedColumn[];
  parse(raw: string, context: ParseContext): string;
}

/** The query for the raw rows of a file, and which of the feed's columns it gives. */
export interface RawRows {
  readonly query: string;
  readonly columns: ReadonlySet<string>;
}

export interface ParseContext {
  /** The names of the feed's columns that the file has. */
  readonly columns: ReadonlySet<string>;
  /** Instants after this one (milliseconds) are refused. */
  readonly latest: number;
  /** Zone names as they occur in the file, and their IANA spelling. */
  readonly zones: ReadonlyMap<string, string>;
}

/** How far a poll may be ahead of this machine's clock: a row further ahead would move every window. */
export const FUTURE_TOLERANCE = 5 * 60_000;

const STORE_ID: FeedColumn = { name: 'store_id', headers: ['store_id'] };

/** A date and a time of day, then `UTC`, `Z`, an offset, or nothing (which means UTC). */
const INSTANT = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)? ?(UTC|Z|[+-](0\d|1[0-8])(:?[0-5]\d)?)?`;

/** The end of an instant, of which DuckDB takes an offset alone, and no blank before it. */
const ZONE = ' ?(?:UTC|Z)?([+-][0-9:]+)?$';

/** The cheap patterns come first: nearly every row of a large file has one of them. */
const instantOf = (text: string): string => `
  epoch_ms(coalesce(
    case
      when ${text} like '____-__-__ __:__:__%UTC' or ${text} like '____-__-__T__:__:__%Z'
        then try_cast(${text} as timestamp)
    end,
    case
      when regexp_full_match(${text}, '${INSTANT}', 'i')
        then try_cast(regexp_replace(upper(${text}), '${ZONE}', '\\1') as timestamptz)::timestamp
    end))`;

/** Names of the days, as people and spreadsheets write them, in lower case. */
const DAY_NAMES: readonly (readonly string[])[] = [
  ['monday', 'mon'],
  ['tuesday', 'tue', 'tues'],
  ['wednesday', 'wed', 'weds'],
  ['thursday', 'thu', 'thur', 'thurs'],
  ['friday', 'fri'],
  ['saturday', 'sat'],
  ['sunday', 'sun'],
];

/** `1`, `1.0` as programs write a column of doubles, `Tuesday`, `tue`. */
const weekday = (text: string): string => `
  case
    when regexp_full_match(${text}, '[0-6](\\.0+)?') then ${text}[1]::utinyint
    ${DAY_NAMES.map((names, day) => `when lower(${text}) in (${names.map(literal).join(', ')}) then ${day}::utinyint`).join(' ')}
  end`;

/** Which store a row is about, good or bad. */
const concerns = `case when case ${badId} ${badNewId} end is null then store_id end as concerns, broken is not null as misplaced`;

const polls: Feed = {
  name: 'polls',
  title: 'polls',
  option: '--polls',
  columns: [
    STORE_ID,
    { name: 'status', headers: ['status'] },
    { name: 'timestamp_utc', headers: ['timestamp_utc'] },
    { name: 'given_reason', headers: ['reason'], optional: true },
  ],
  parse: (raw, { latest, columns }) => `
    select store_id, instant, active,
      ${columns.has('given_reason') ? `case when not active then ${reasonFrom('given_reason')} end as inactive_reason,` : ''}
      case
        when broken is not null then broken
        ${badId}
        when active is null then 'status "' || status || '" is neither "active" nor "inactive"'
        when instant is null
          then 'timestamp_utc "' || timestamp_utc || '" is not an instant such as "2023-01-22 12:09:39.388884 UTC"'
        when instant > ${latest}
          then 'timestamp_utc "' || timestamp_utc || '" lies more than 5 minutes in the future'
        ${badNewId}
      end as reason, case when reason is not null then line end as line
    from (
      select *, case status when 'active' then true when 'inactive' then false else
          case lower(status) when 'active' then true when 'inactive' then false end end as active,
        ${instantOf('timestamp_utc')} as instant
      from (${raw})
    )`,
};

const hours: Feed = {
  name: 'hours',
  title: 'business hours',
  option: '--hours',
  columns: [
    STORE_ID,
    { name: 'day', headers: ['day', 'dayofweek', 'day_of_week'] },
    { name: 'start_time_local', headers: ['start_time_local'] },
    { name: 'end_time_local', headers: ['end_time_local'] },
  ],
  parse: (raw) => `
    select store_id, weekday as day, start_ms, end_ms,
      case
        when broken is not null then broken
        ${badId}
        when weekday is null then 'day "' || day || '" is not one of 0 (Monday) to 6 (Sunday)'
        when start_ms is null or start_ms >= 86400000
          then 'start_time_local "' || start_time_local || '" is not a time of day'
        when end_ms is null then 'end_time_local "' || end_time_local || '" is not a time of day'
        ${badNewId}
      end as reason, case when reason is not null then line end as line, ${concerns}
    from (
      select *, ${weekday('day')} as weekday,
        ${timeOfDay('start_time_local')} as start_ms, ${timeOfDay('end_time_local')} as end_ms
      from (${raw})
    )`,
};

/** Both times empty: closed on that date. */
const specialHours: Feed = {
  name: 'specialHours',
  title: 'special hours',
  option: '--special-hours',
  columns: [
    STORE_ID,
    { name: 'date', headers: ['date'] },
    { name: 'start_time_local', headers: ['start_time_local'] },
    { name: 'end_time_local', headers: ['end_time_local'] },
  ],
  parse: (raw) => `
    select store_id, local_date as date, start_ms, end_ms,
      case
        when broken is not null then broken
        ${badId}
        when local_date is null then 'date "' || date || '" is not a date such as "2025-12-24"'
        when not closed and (start_ms is null or start_ms >= 86400000)
          then 'start_time_local "' || start_time_local || '" is not a time of day'
        when not closed and end_ms is null then 'end_time_local "' || end_time_local || '" is not a time of day'
        ${badNewId}
      end as reason, case when reason is not null then line end as line, ${concerns}
    from (
      select *,
        start_time_local = '' and end_time_local = '' as closed,
        case when regexp_full_match(date, '\\d{4}-\\d\\d-\\d\\d') then try_cast(date as date) end as local_date,
        ${timeOfDay('start_time_local')} as start_ms, ${timeOfDay('end_time_local')} as end_ms
      from (${raw})
    )`,
};

const zones: Feed = {
  name: 'zones',
  title: 'time zones',
  option: '--timezones',
  columns: [STORE_ID, { name: 'timezone_str', headers: ['timezone_str', 'timezone'] }],
  parse: (raw, context) => `
    select store_id, zone,
      case
        when broken is not null then broken
        ${badId}
        when zone is null then 'timezone_str "' || timezone_str || '" is not an IANA time zone such as "America/Chicago"'
        ${badNewId}
      end as reason, case when reason is not null then line end as line, ${concerns}
    from (
      select *, map_extract(map(${list([...context.zones.keys()])}, ${list([...context.zones.values()])}), timezone_str)[1]
        as zone
      from (${raw})
    )`,
};

const list = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]::varchar[]`;

export const FEEDS: Readonly<Record<FeedName, Feed>> = { polls, hours, specialHours, zones };
