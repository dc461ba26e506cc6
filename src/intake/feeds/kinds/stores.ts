import type { Session } from '../../../duckdb/session.ts';
import { identifier, literal } from '../../../lib/sql.ts';
import { LABEL_LENGTH, NAME_LENGTH, probeUrlFlaw } from '../../../lib/store-fields.ts';
import { type Feed, labelColumn, STORE_ID } from '../feed.ts';
import { badId, badNewId, concerned, onlyNewId, textList } from '../sql-text.ts';

/** A text written by people, null if it is blank: without the apostrophe that exports put before a formula. */
const given = (column: string): string => `nullif(regexp_replace(${column}, '^''(''*[=+@-])', '\\1'), '')`;

const isLong = (column: string, length: number): string =>
  `when length(${identifier(column)}) > ${length} then ${literal(`${column} is longer than ${length} characters`)}`;

/** The labels of a row as a map, without blank ones. */
function labelsOf(keys: readonly string[]): string {
  if (keys.length === 0) return 'map([]::varchar[], []::varchar[])';
  const entries = keys.map((key) => `struct_pack(k := ${literal(key)}, v := ${given(identifier(labelColumn(key)))})`);
  return `map_from_entries(list_filter([${entries.join(', ')}], lambda e: e.v is not null))`;
}

export const stores: Feed<'stores'> = {
  name: 'stores',
  apiName: 'stores',
  title: 'stores',
  option: '--stores',
  variable: 'SYNC_STORES',
  columns: [
    STORE_ID,
    { name: 'name', headers: ['name'], optional: true },
    { name: 'timezone_str', headers: ['timezone_str', 'timezone'], optional: true },
    { name: 'probe_url', headers: ['probe_url'], optional: true },
  ],
  takesLabels: true,
  needsOptional: true,
  zoneColumn: 'timezone_str',
  takesEffect: true,
  unread: {
    kept: 'time zone',
    unknown: 'time zones',
    keep: (session, table) => session.keepUnread('zones', table),
  },
  // A bad row leaves the zone of its store unknown only if the row may have given one.
  parse: (raw, { columns, labels, zones }) => {
    const zoneText = columns.has('timezone_str') ? 'timezone_str' : `''`;
    return `
    select store_id, zone, labels,
      ${columns.has('name') ? given('name') : 'null::varchar'} as name,
      ${columns.has('probe_url') ? `nullif(probe_url, '')` : 'null::varchar'} as probe_url,
      case
        when broken is not null then broken
        ${badId}
        ${columns.has('name') ? isLong('name', NAME_LENGTH) : ''}
        ${labels.map((key) => isLong(labelColumn(key), LABEL_LENGTH)).join(' ')}
        when ${zoneText} <> '' and zone is null
          then 'timezone_str "' || ${zoneText} || '" is not an IANA time zone such as "America/Chicago"'
        ${badNewId}
      end as reason, line, broken is not null as misplaced,
      ${columns.has('timezone_str') ? `case when timezone_str <> '' or broken is not null then ${concerned} end` : 'null::varchar'} as concerns
    from (
      select *, ${labelsOf(labels)} as labels,
        map_extract(map(${textList(zones.keys())}, ${textList(zones.values())}), ${zoneText})[1] as zone
      from (${raw})
    )`;
  },
  review: reviewUrls,
  merge: (session, table, effectiveFrom) => session.replaceStores(table, effectiveFrom),
};

/** URLs per statement. */
const BLOCK = 5_000;

/** Gives valid URLs their usual form, and marks the rows of the others. */
async function reviewUrls(staging: Session, table: string): Promise<void> {
  for (let after = ''; ; ) {
    const rows = await staging.rows(
      `select distinct probe_url as text from ${table} where probe_url > $after order by text limit ${BLOCK}`,
      { after },
    );
    const texts = rows.map(({ text }) => String(text));
    const last = texts.at(-1);
    if (last === undefined) return;
    await staging.run('create or replace temp table reviewed_urls (text varchar, href varchar, flaw varchar)');
    await staging.run(
      `insert into reviewed_urls
       select unnest(from_json($urls::json, '[{"text": "VARCHAR", "href": "VARCHAR", "flaw": "VARCHAR"}]'), recursive := true)`,
      { urls: JSON.stringify(texts.map(reviewed)) },
    );
    await staging.run(`
      update ${table} set
        probe_url = coalesce(u.href, probe_url),
        reason = case when u.flaw is not null and (reason is null or ${onlyNewId})
          then 'probe_url ' || u.flaw else reason end
      from reviewed_urls u where probe_url = u.text`);
    await staging.run('drop table reviewed_urls');
    after = last;
  }
}

function reviewed(text: string): { text: string; href?: string; flaw?: string } {
  const flaw = probeUrlFlaw(text);
  return flaw === undefined ? { text, href: new URL(text).href } : { text, flaw };
}
