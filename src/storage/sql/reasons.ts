import type { Parameters, Sql } from '../../lib/sql.ts';
import type { PollsOfReason } from '../ports/snapshot.ts';

/**
 * The polls that meet a condition and whose reason is known. Numbers come as JSON: read row by row, they take a driver
 * many times as long.
 *
 * @param milliseconds an expression for the instant of a poll
 */
export async function readPollReasons(
  sql: Sql,
  milliseconds: string,
  condition: string,
  parameters: Parameters & { readonly first: number },
): Promise<PollsOfReason[]> {
  const rows = await sql.rows(
    `select reason, to_json(array_agg(store_key - $first))::varchar as stores,
       to_json(array_agg(${milliseconds}))::varchar as instants
     from polls where reason is not null and ${condition} group by reason`,
    parameters,
  );
  return rows.map(({ reason, stores, instants }) => ({
    reason: String(reason),
    store: JSON.parse(String(stores)) as number[],
    instant: JSON.parse(String(instants)) as number[],
  }));
}
