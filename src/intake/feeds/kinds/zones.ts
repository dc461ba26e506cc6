import { type Feed, STORE_ID } from '../feed.ts';
import { badId, badNewId, CONCERNS, textList } from '../sql-text.ts';

export const zones: Feed<'zones'> = {
  name: 'zones',
  apiName: 'zones',
  title: 'time zones',
  option: '--time-zones',
  oldOption: '--timezones',
  variable: 'SYNC_TIMEZONES',
  columns: [STORE_ID, { name: 'timezone_str', headers: ['timezone_str', 'timezone'] }],
  zoneColumn: 'timezone_str',
  takesEffect: true,
  unread: {
    kept: 'time zone',
    unknown: 'time zones',
    keep: (session, table) => session.keepUnread('zones', table),
  },
  parse: (raw, context) => `
    select store_id, zone,
      case
        when broken is not null then broken
        ${badId}
        when zone is null then 'timezone_str "' || timezone_str || '" is not an IANA time zone such as "America/Chicago"'
        ${badNewId}
      end as reason, case when reason is not null then line end as line, ${CONCERNS}
    from (
      select *,
        map_extract(map(${textList(context.zones.keys())}, ${textList(context.zones.values())}), timezone_str)[1] as zone
      from (${raw})
    )`,
  merge: (session, table, effectiveFrom) => session.replaceZones(table, effectiveFrom),
};
