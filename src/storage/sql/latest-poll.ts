import type { Sql } from '../../lib/sql.ts';

/**
 * Finds the instant of the newest poll by reading polls: of all, or of those up to `upTo`; `undefined`: there is none.
 * Each engine has its own way.
 */
export type PollScan = (sql: Sql, upTo?: number) => Promise<number | undefined>;

/** The instant of the newest poll of all, as it is kept with the revision; `undefined`: there are no polls. */
export async function keptLatestPoll(sql: Sql): Promise<number | undefined> {
  const { latest } = await sql.row('select latest_poll_ms as latest from revision');
  return latest === null ? undefined : Number(latest);
}

/** The newest poll up to `upTo`. Reads polls only where some are later, such as those of a clock that was ahead. */
export async function latestPoll(sql: Sql, scan: PollScan, upTo = Number.POSITIVE_INFINITY) {
  const latest = await keptLatestPoll(sql);
  return latest === undefined || latest <= upTo ? latest : scan(sql, upTo);
}

/** To be called in a transaction that has deleted polls of instants up to `upTo`. */
export async function lowerLatestPoll(sql: Sql, scan: PollScan, upTo: number): Promise<void> {
  const latest = await keptLatestPoll(sql);
  if (latest === undefined || latest > upTo) return;
  const left = await scan(sql);
  await sql.run(`update revision set latest_poll_ms = ${left ?? 'null'}`);
}
