import type { Sql } from '../../lib/sql.ts';

/** Which revisions of polls count. */
export interface View {
  /** Those after this one, */
  readonly after: number;
  /** up to this one, */
  readonly upTo: number;
  /** without these: their transactions failed. */
  readonly without: readonly number[];
}

/** The blocks that are committed, as the present transaction of a connection sees them. */
export async function committed(sql: Sql): Promise<View> {
  const { after, last } = await sql.row(
    `select cleared_rev as after, (select max(rev) from poll_batches where status = 'committed') as last from poll_home`,
  );
  const upTo = Math.max(Number(after), Number(last ?? 0));
  // One that is pending below the last committed one is dead: writers come one after the other.
  const without = await sql.rows(
    `select rev from poll_batches where status <> 'committed' and rev > ${Number(after)} order by rev`,
  );
  return { after: Number(after), upTo, without: without.map(({ rev }) => Number(rev)) };
}

/** Counts the blocks that do not count; `age` is that of the oldest pending one, seconds. */
export async function uncommitted(
  sql: Sql,
): Promise<{ readonly pending: number; readonly age: number; readonly withdrawn: number }> {
  const { pending, age, withdrawn } = await sql.row(
    `select count(*) filter (where status = 'pending') as pending,
       coalesce(extract(epoch from clock_timestamp() - min(begun_at) filter (where status = 'pending')), 0) as age,
       count(*) filter (where status = 'withdrawn') as withdrawn
     from poll_batches`,
  );
  return { pending: Number(pending), age: Math.max(0, Number(age)), withdrawn: Number(withdrawn) };
}

/**
 * Withdraws the blocks that transactions before this one have left pending. To be called within the only write
 * transaction: the transactions that left them have lost their lock, and can no longer commit.
 */
export async function withdrawPending(sql: Sql): Promise<void> {
  await sql.run(`update poll_batches set status = 'withdrawn' where status = 'pending'`);
}

/** The withdrawn blocks that no server can be sending anymore. */
export async function longWithdrawn(sql: Sql): Promise<number[]> {
  const rows = await sql.rows(
    `select rev from poll_batches where status = 'withdrawn' and begun_at < now() - interval '1 day' order by rev`,
  );
  return rows.map(({ rev }) => Number(rev));
}

/** Forgets withdrawn blocks of which nothing is left. */
export async function forgetBlocks(sql: Sql, revs: readonly number[]): Promise<void> {
  await sql.run(`delete from poll_batches where rev in (${revs.join(', ')})`);
}

/**
 * Enters a block before it is sent.
 *
 * @param sql not the connection of the transaction, so that the entry stays when the transaction fails
 * @returns its revision, which is higher than all before
 */
export async function enterBlock(sql: Sql, polls: number): Promise<number> {
  const { rev } = await sql.row(`insert into poll_batches (status, polls) values ('pending', $polls) returning rev`, {
    polls,
  });
  return Number(rev);
}

/** Commits the blocks of the present transaction with it. */
export async function commitBlocks(sql: Sql, revs: readonly number[]): Promise<void> {
  const list = revs.join(', ');
  await sql.run(`update poll_batches set status = 'committed' where rev in (${list})`);
  await sql.run(`delete from poll_batches where status = 'committed' and rev < ${Math.max(...revs)}`);
}

/** The highest revision in the ledger. */
export async function lastKnown(sql: Sql): Promise<number> {
  const { last } = await sql.row(
    'select greatest(cleared_rev, (select max(rev) from poll_batches)) as last from poll_home',
  );
  return Number(last);
}

/**
 * Withdraws revisions that ClickHouse has and the ledger does not know: PostgreSQL was restored from an earlier backup. A
 * block is in the ledger before it is sent, so there are no others. To be called within the only write transaction.
 *
 * @param revs the revisions in ClickHouse above the last known one
 */
export async function withdrawUnknown(sql: Sql, revs: readonly number[]): Promise<void> {
  for (const rev of revs) {
    await sql.run(
      `insert into poll_batches (rev, status, polls) overriding system value values (${rev}, 'withdrawn', 0)`,
    );
  }
  await sql.run(
    `select setval('poll_batches_rev_seq', greatest((select last_value from poll_batches_rev_seq), ${Math.max(...revs)}))`,
  );
}
