import type { Sql } from '../../lib/sql.ts';
import type { PostgresPool } from './client.ts';
import { lockFor } from './lock.ts';

/**
 * Finds the first polls of stores in a database from before they were recorded: one partition per transaction, oldest
 * first. It resumes after an interruption, and servers that start together share the work.
 */
export async function findFirstPolls(pool: PostgresPool): Promise<void> {
  const step = () =>
    pool.transaction(async (sql) => {
      await lockFor(sql, 'migrate');
      return findInOnePartition(sql);
    });
  while (await step());
}

/** Returns whether there may be more to do. */
async function findInOnePartition(sql: Sql): Promise<boolean> {
  // Reading a table makes PostgreSQL notice that another server has just dropped this one.
  const [list] = await sql.rows(`select 1 from pg_class where oid = to_regclass('first_polls_to_find')`);
  if (list === undefined) return false;
  // Names sort by week.
  const [next] = await sql.rows(
    `select partition, to_regclass(partition) is not null as exists from first_polls_to_find order by partition limit 1`,
  );
  if (next === undefined) {
    await sql.run('drop table first_polls_to_find');
    return false;
  }
  const partition = String(next.partition);
  // The partition may have been pruned since.
  if (next.exists === true) await sql.run(notingFirstPollsOf(partition));
  await sql.run('delete from first_polls_to_find where partition = $partition', { partition });
  return true;
}

/** One index lookup per store without a first poll: older partitions are done. */
function notingFirstPollsOf(partition: string): string {
  return `
    update stores set first_poll_ms = seen.first_ms
    from (
      select s.store_key, (extract(epoch from first.instant) * 1000)::bigint as first_ms
      from stores s cross join lateral (
        select instant from ${partition} p where p.store_key = s.store_key order by instant limit 1
      ) first
      where s.first_poll_ms is null
    ) seen
    where stores.store_key = seen.store_key`;
}
