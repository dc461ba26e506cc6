import { literal } from '../../../lib/sql.ts';
import { type Feed, STORE_ID } from '../feed.ts';
import { badId, badNewId, CONCERNS, timeOfDay } from '../sql-text.ts';

/** The usual names and abbreviations of the days, in lower case. */
const DAY_NAMES: readonly (readonly string[])[] = [
  ['monday', 'mon'],
  ['tuesday', 'tue', 'tues'],
  ['wednesday', 'wed', 'weds'],
  ['thursday', 'thu', 'thur', 'thurs'],
  ['friday', 'fri'],
  ['saturday', 'sat'],
  ['sunday', 'sun'],
];

/** `1`, `1.0` (from a column of doubles), `Tuesday`, `tue`. */
const weekday = (text: string): string => `
  case
    when regexp_full_match(${text}, '[0-6](\\.0+)?') then ${text}[1]::utinyint
    ${DAY_NAMES.map((names, day) => `when lower(${text}) in (${names.map(literal).join(', ')}) then ${day}::utinyint`).join(' ')}
  end`;

export const hours: Feed<'hours'> = {
  name: 'hours',
  apiName: 'hours',
  title: 'business hours',
  option: '--hours',
  variable: 'SYNC_HOURS',
  columns: [
    STORE_ID,
    { name: 'day', headers: ['day', 'dayofweek', 'day_of_week'] },
    { name: 'start_time_local', headers: ['start_time_local'] },
    { name: 'end_time_local', headers: ['end_time_local'] },
  ],
  takesEffect: true,
  unread: {
    kept: 'business hours',
    unknown: 'business hours',
    keep: (session, table) => session.keepUnread('hours', table),
  },
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
      end as reason, case when reason is not null then line end as line, ${CONCERNS}
    from (
      select *, ${weekday('day')} as weekday,
        ${timeOfDay('start_time_local')} as start_ms, ${timeOfDay('end_time_local')} as end_ms
      from (${raw})
    )`,
  merge: (session, table, effectiveFrom) => session.replaceHours(table, effectiveFrom),
};
