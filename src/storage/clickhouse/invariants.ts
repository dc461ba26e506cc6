import type { Sql } from '../../lib/sql.ts';
import type { Invariant } from '../ports/invariants.ts';
import type { Cluster } from './cluster.ts';
import type { ClickhousePollReader } from './reader.ts';
import { POLLS } from './tables.ts';

/** Keys run from 1 without a gap, so those up to the last one are those of stores. */
export async function keyInvariants(sql: Sql, cluster: Cluster): Promise<Invariant[]> {
  const { last } = await sql.row('select coalesce(max(store_key), 0) as last from stores');
  const query = `select uniq(k) as strange, max(k) as example from ${POLLS} where k < 1 or k > ${Number(last)}`;
  const found = await Promise.all(
    cluster.shards.map((shard) => shard.read('background', (server) => server.row(query, 'background'))),
  );
  const broken = found.reduce((sum, { strange }) => sum + Number(strange), 0);
  const example = Math.max(...found.map((row) => Number(row.example)));
  return ['polls: no store_key is beyond the last of stores', 'polls: each store_key is one of stores'].map((name) => ({
    name,
    broken,
    ...(broken !== 0 && { example: String(example) }),
  }));
}

/** Repeated rows of a poll fall out when polls are read, so what remains is that rows say how many polls there are. */
export async function uniqueInvariant(polls: ClickhousePollReader): Promise<Invariant> {
  const difference = (await polls.total()) - (await polls.countOneByOne());
  return { name: 'polls: no two rows have the same store_key and instant', broken: Math.abs(difference) };
}

export async function firstPollInvariant(sql: Sql, polls: ClickhousePollReader): Promise<Invariant> {
  const name = 'stores: first_poll_ms is not after the earliest poll';
  const rows = await sql.rows('select store_key, store_id, first_poll_ms from stores order by store_key');
  let broken = 0;
  let example: string | undefined;
  for await (const { key, earliest } of polls.earliestByStore()) {
    const row = rows[key - 1];
    // A missing store is another matter.
    if (row === undefined || (row.first_poll_ms !== null && Number(row.first_poll_ms) <= earliest)) continue;
    broken++;
    example ??= String(row.store_id);
  }
  return { name, broken, ...(example !== undefined && { example }) };
}

export function newestInvariant(kept: number | undefined, found: number | undefined): Invariant {
  const name = 'revision: latest_poll_ms is the instant of the newest poll';
  return kept === found ? { name, broken: 0 } : { name, broken: 1, example: String(kept) };
}
