import { invalid } from '../../lib/errors.ts';
import type { Parameters, Sql } from '../../lib/sql.ts';
import { knownKey, labelsText, MAX_LABELS } from '../../lib/store-fields.ts';
import type { MergeCounts } from '../ports/import-session.ts';
import { mergeZones } from './merge.ts';

/** Stores per read, each of which looks at all of them, and per statement that adds their labels. */
const BLOCK = 50_000;
const ROWS = 500;

/** Records the stores before a feed names new ones: `stores_before (store_key, version)`. */
export async function rememberStores(sql: Sql): Promise<void> {
  await sql.run('create temp table stores_before as select store_key, version from stores where not deleted');
}

/**
 * Merges the tables `incoming_stores (store_key, name, probe_url, labels)`, which has each store once, and
 * `incoming_zones (store_key, zone)`: what is null stays as it is, and labels (JSON) replace those with the same key.
 * `rememberStores` came before. A store that was deleted counts as added.
 *
 * @param staged number of rows in the feed, including repeated ones
 * @throws UserError `invalid_input` when a store would have too many labels
 */
export async function mergeStores(sql: Sql, staged: number, effectiveFrom: number): Promise<MergeCounts> {
  await mergeZones(sql, staged, effectiveFrom);
  await sql.run(`
    update stores set name = coalesce(i.name, stores.name), probe_url = coalesce(i.probe_url, stores.probe_url),
      version = version + 1
    from incoming_stores i
    where stores.store_key = i.store_key
      and (coalesce(i.name, stores.name) is distinct from stores.name
        or coalesce(i.probe_url, stores.probe_url) is distinct from stores.probe_url)`);
  await mergeLabels(sql);
  const row = await sql.row(`
    select count(*) as stores, count(b.store_key) as known, count(case when s.version > b.version then 1 end) as changed
    from incoming_stores i join stores s on s.store_key = i.store_key
      left join stores_before b on b.store_key = i.store_key`);
  await sql.run('drop table stores_before');
  const [stores, known, replaced] = [Number(row.stores), Number(row.known), Number(row.changed)];
  return { added: stores - known, replaced, alreadyThere: known - replaced, repeated: staged - stores };
}

/** The new labels are collected first, so that the stores are updated once, however many there are. */
async function mergeLabels(sql: Sql): Promise<void> {
  await sql.run('create temp table new_labels (store_key integer, labels varchar)');
  for (let after = 0; ; ) {
    const rows = await sql.rows(
      `select s.store_key, s.store_id, s.labels, i.labels as given
       from incoming_stores i join stores s on s.store_key = i.store_key
       where i.labels <> '{}' and i.store_key > $after order by i.store_key limit ${BLOCK}`,
      { after },
    );
    const changed = rows.flatMap((row) => {
      const labels = labelsWith(String(row.store_id), String(row.labels), String(row.given));
      return labels === row.labels ? [] : [{ key: Number(row.store_key), labels }];
    });
    for (let first = 0; first < changed.length; first += ROWS) await addLabels(sql, changed.slice(first, first + ROWS));
    if (rows.length < BLOCK) break;
    after = Number(rows.at(-1)?.store_key);
  }
  await sql.run(`
    update stores set labels = n.labels, version = version + 1
    from new_labels n where stores.store_key = n.store_key`);
  await sql.run('drop table new_labels');
}

function labelsWith(id: string, before: string, given: string): string {
  const entries = (text: string) => Object.entries(JSON.parse(text) as Record<string, string>);
  const labels = new Map(entries(before));
  for (const [key, value] of entries(given)) labels.set(knownKey(labels.keys(), key), value);
  if (labels.size > MAX_LABELS) {
    throw invalid(`the store "${id}" would have ${labels.size} labels; a store has at most ${MAX_LABELS}`);
  }
  return labelsText(labels);
}

async function addLabels(sql: Sql, rows: readonly { readonly key: number; readonly labels: string }[]): Promise<void> {
  const parameters: Parameters = {};
  const values = rows.map(({ key, labels }, i) => {
    parameters[`labels_${i}`] = labels;
    return `(${key}, $labels_${i}::varchar)`;
  });
  await sql.run(`insert into new_labels values ${values.join(', ')}`, parameters);
}
