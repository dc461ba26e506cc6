import type { Sql } from '../../lib/sql.ts';

/** What only one process at a time may do, on a database that several share. */
const LOCKS = {
  ...{ migrate: 1, import: 2, accounts: 3, reports: 4, contact_points: 5, adjustments: 6, alerts: 7 },
  ...{ saved_questions: 8, uptime_targets: 9, sales_rates: 10 },
} as const;

/** Names the program among all that take advisory locks: `rmon` in ASCII. */
const NAMESPACE = 0x72_6d_6f_6e;

/** Waits until no other transaction does the same; the end of the transaction frees it. */
export async function lockFor(sql: Sql, what: keyof typeof LOCKS): Promise<void> {
  await sql.run(`select pg_advisory_xact_lock(${NAMESPACE}, ${LOCKS[what]})`);
}
