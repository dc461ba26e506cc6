import { formatInstant } from '../calendar/instant.ts';
import { UNKNOWN_ZONE } from '../domain/zone.ts';
import { csvField, spreadsheetField } from '../lib/csv.ts';
import { knownKey } from '../lib/store-fields.ts';
import type { StoreEntry } from './directory.ts';
import type { States } from './states.ts';

/** The columns that the stores feed reads, without labels, and those that it ignores. */
const DESCRIBED = ['store_id', 'name', 'timezone_str', 'probe_url'];
const OBSERVED = ['state', 'last_poll_utc', 'last_poll_status'];

/** A list of stores as a table of texts, which the stores feed can read again. */
export interface StoreTable {
  readonly header: readonly string[];
  /** The fields of one store, in the order of the header; empty: none. */
  row(store: StoreEntry): string[];
}

/** @param stores all of the rows, whose labels become columns */
export function storeTable(stores: Iterable<StoreEntry>, states: States): StoreTable {
  const counts = new Map<string, number>();
  for (const { labels } of stores) for (const key of Object.keys(labels)) counts.set(key, (counts.get(key) ?? 0) + 1);
  // The feed has one column for keys that differ only in case: that of the spelling which most stores have.
  const byUse = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([key]) => key);
  const labels = byUse.filter((key, i) => knownKey(byUse.slice(0, i), key) === key).sort();
  return {
    header: [...DESCRIBED, ...labels.map((key) => `label:${key}`), ...OBSERVED],
    row: (store) => {
      const { state, lastPoll } = states.of(store);
      const own = Object.keys(store.labels);
      const zone = store.zone === undefined || store.zone === UNKNOWN_ZONE ? '' : store.zone;
      return [
        ...[store.id, store.name ?? '', zone, store.probeUrl ?? ''],
        ...labels.map((key) => {
          const known = knownKey(own, key);
          return Object.hasOwn(store.labels, known) ? (store.labels[known] as string) : '';
        }),
        ...[state, lastPoll === undefined ? '' : formatInstant(lastPoll.instant)],
        lastPoll === undefined ? '' : lastPoll.active ? 'active' : 'inactive',
      ];
    },
  };
}

const BYTE_ORDER_MARK = '\ufeff';
const ROWS_PER_CHUNK = 2_000;

/** The table as CSV in chunks. Spreadsheets take it for UTF-8 because of the byte order mark. */
export function* storesCsv({ header, row }: StoreTable, stores: Iterable<StoreEntry>): Generator<string> {
  let text = `${BYTE_ORDER_MARK}${header.map(spreadsheetField).join(',')}\r\n`;
  let rows = 0;
  for (const store of stores) {
    const [id = '', ...fields] = row(store);
    text += `${[csvField(id), ...fields.map(oneLine)].join(',')}\r\n`;
    if (++rows % ROWS_PER_CHUNK > 0) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Feeds have one row per line. */
function oneLine(text: string): string {
  return spreadsheetField(text.replace(/[\r\n]+/g, ' '));
}
