import type { Parameters, Sql } from '../../lib/sql.ts';
import type { PollsOfReason } from '../ports/snapshot.ts';

/**
 * The polls that match a condition and have a reason. Numbers are fetched as JSON, which the drivers read many times
 * faster than rows.
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
