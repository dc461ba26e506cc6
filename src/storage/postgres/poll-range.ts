import type { Sql } from '../../lib/sql.ts';
import type { PollScan } from '../sql/latest-poll.ts';
import { instant } from './instant.ts';
import { partitions, SHARED_PARTITION } from './partitions.ts';
import { mondayFrom, weekOf } from './weeks.ts';

/** Reads the oldest week. */
export function scanEarliestPoll(sql: Sql): Promise<number | undefined> {
  return scan(sql, 'min');
}

/** Reads the newest week that has polls up to the instant. */
export const scanLatestPoll: PollScan = (sql, upTo) => scan(sql, 'max', upTo);

/**
 * Searches the weeks from one end until one has polls: partition names sort by week. The shared partition has an index
 * on the instant. A partition that a snapshot names may have been dropped since, so statements do not name it.
 */
async function scan(sql: Sql, aggregate: 'min' | 'max', upTo?: number): Promise<number | undefined> {
  const until = upTo === undefined ? 'true' : `instant <= ${instant(upTo)}`;
  const names = [...(await partitions(sql))].sort();
  if (aggregate === 'max') names.reverse();
  const found: number[] = [];
  for (const name of [SHARED_PARTITION, ...names]) {
    const polls = name === SHARED_PARTITION ? `${name} where` : `polls where ${weekOf(mondayFrom(name)).condition} and`;
    const row = await sql.row(
      `select extract(epoch from ${aggregate}(instant)) * 1000 as instant from ${polls} ${until}`,
    );
    if (row.instant === null) continue;
    found.push(Number(row.instant));
    if (name !== SHARED_PARTITION) break;
  }
  return found.length === 0 ? undefined : Math[aggregate](...found);
}
