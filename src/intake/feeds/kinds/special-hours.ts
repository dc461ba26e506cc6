import { type Feed, STORE_ID } from '../feed.ts';
import { badId, badNewId, CONCERNS, timeOfDay } from '../sql-text.ts';

/** A row whose times are both empty: closed on that date. */
export const specialHours: Feed<'specialHours'> = {
  name: 'specialHours',
  apiName: 'special_hours',
  title: 'special hours',
  option: '--special-hours',
  variable: 'SYNC_SPECIAL_HOURS',
  columns: [
    STORE_ID,
    { name: 'date', headers: ['date'] },
    { name: 'start_time_local', headers: ['start_time_local'] },
    { name: 'end_time_local', headers: ['end_time_local'] },
  ],
  unread: {
    kept: 'special hours',
    unknown: 'business hours',
    keep: (session, table) => session.keepUnread('specialHours', table),
  },
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
      end as reason, case when reason is not null then line end as line, ${CONCERNS}
    from (
      select *,
        start_time_local = '' and end_time_local = '' as closed,
        case when regexp_full_match(date, '\\d{4}-\\d\\d-\\d\\d') then try_cast(date as date) end as local_date,
        ${timeOfDay('start_time_local')} as start_ms, ${timeOfDay('end_time_local')} as end_ms
      from (${raw})
    )`,
  merge: (session, table) => session.replaceSpecialHours(table),
};
