import { DAY } from '../../../domain/hours.ts';
import { invalid } from '../../../lib/errors.ts';
import { type Feed, STORE_ID } from '../feed.ts';
import { reasonFrom } from '../reason.ts';
import { badId, badNewId } from '../sql-text.ts';

/** A date and a time of day, then `UTC`, `Z`, an offset, or nothing (which means UTC). */
const INSTANT = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)? ?(UTC|Z|[+-](0\d|1[0-8])(:?[0-5]\d)?)?`;

/** The end of an instant: DuckDB accepts only an offset, without a space before it. */
const ZONE = ' ?(?:UTC|Z)?([+-][0-9:]+)?$';

/** The cheap patterns come first: nearly every row of a large file matches one of them. */
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

const WEEK = 7 * DAY;

export const polls: Feed<'polls'> = {
  name: 'polls',
  apiName: 'polls',
  title: 'polls',
  option: '--polls',
  variable: 'SYNC_POLLS',
  columns: [
    STORE_ID,
    { name: 'status', headers: ['status'] },
    { name: 'timestamp_utc', headers: ['timestamp_utc'] },
    { name: 'given_reason', headers: ['reason'], optional: true },
  ],
  appendable: true,
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
          then 'timestamp_utc "' || timestamp_utc || '" is more than 5 minutes in the future'
        ${badNewId}
      end as reason, case when reason is not null then line end as line
    from (
      select *, case status when 'active' then true when 'inactive' then false else
          case lower(status) when 'active' then true when 'inactive' then false end end as active,
        ${instantOf('timestamp_utc')} as instant
      from (${raw})
    )`,
  /** The database partitions polls by week: a small file must not create thousands of partitions. */
  check: async (staging, table, label, { importWeeks }) => {
    const { weeks } = await staging.row(`select count(distinct instant // ${WEEK}) as weeks from ${table}`);
    if (Number(weeks) <= importWeeks) return;
    throw invalid(`${label} has polls of ${weeks} different weeks; IMPORT_MAX_WEEKS allows ${importWeeks} in one file`);
  },
  merge: (session, table) => session.mergePolls(table),
};
