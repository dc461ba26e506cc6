import { isTemporary, UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';
import type { Invariant } from '../ports/invariants.ts';
import type { PollBatch, StorageAccess } from '../ports/storage.ts';
import type { WriteQueue } from '../shared/write-queue.ts';
import { keyInvariants, pollInvariants } from '../sql/invariants.ts';
import { lowerLatestPoll } from '../sql/latest-poll.ts';
import type { PostgresConnection, PostgresPool } from './client.ts';
import { Partitioning } from './partitioning.ts';
import { deleteSharedBefore, dropPartitionsBefore, partitions, SHARED_PARTITION } from './partitions.ts';
import type { PollLog, PollReader, PollWriter } from './poll-log.ts';
import { scanLatestPoll } from './poll-range.ts';
import { PostgresPollReader } from './poll-reader.ts';
import { PostgresPollWriter } from './poll-writer.ts';
import type { Pools } from './pools.ts';
import { countWeeks, mondayOf, type PartitionRules } from './weeks.ts';

/** What one transaction deletes at most when old polls are deleted. */
const PRUNED = { partitions: 50, polls: 100_000 };

/** Polls in weekly partitions of the same database. */
export class PostgresPolls implements PollLog {
  readonly #partitioning: Partitioning;
  #pools: Pools | undefined;

  constructor(rules: PartitionRules) {
    this.#partitioning = new Partitioning(rules);
  }

  /** @throws UserError `conflict` when the polls are in ClickHouse */
  async open(pools: Pools, access: StorageAccess, place: string): Promise<void> {
    this.#pools = pools;
    const { clickhouse_id: elsewhere } = await pools.background.row('select clickhouse_id from poll_home');
    if (elsewhere !== null) {
      throw new UserError(
        'conflict',
        `the polls of the database at ${place} are in ClickHouse: POLLS_URL must say where`,
      );
    }
    if (access !== 'write') return;
    // Reading on is possible without the partitions of the next weeks.
    await this.#partitioning.prepare(pools.writes).catch((error) => {
      if (!isTemporary(error)) throw error;
    });
  }

  reader(connection: PostgresConnection): PollReader {
    return new PostgresPollReader(connection);
  }

  writer(connection: PostgresConnection, pool: PostgresPool | undefined): PollWriter {
    return new PostgresPollWriter(connection, pool, this.#partitioning);
  }

  async prepareFor(batches: readonly PollBatch[]): Promise<void> {
    const weeks = new Map<number, number>();
    for (const { instants } of batches) countWeeks(instants, weeks);
    await this.#partitioning.prepareFor(this.#opened.writes, weeks);
  }

  /** In steps, each a transaction of its own: other writers get their turn in between. */
  async prune(before: number, queue: WriteQueue): Promise<number> {
    const keep = mondayOf(before);
    const dropping = (step: (sql: Sql) => Promise<number>) =>
      this.#partitioning.dropping(queue, this.#opened.background, async (sql) => {
        const dropped = await step(sql);
        await lowerLatestPoll(sql, scanLatestPoll, keep - 1);
        return dropped;
      });
    while ((await dropping((sql) => dropPartitionsBefore(sql, keep, PRUNED.partitions))) > 0);
    while ((await dropping((sql) => deleteSharedBefore(sql, keep, PRUNED.polls))) > 0);
    return keep;
  }

  /** One statement over all partitions could take more locks than a server has. */
  async quickInvariants(): Promise<Invariant[]> {
    const { background } = this.#opened;
    return keyInvariants(background, [SHARED_PARTITION, ...(await partitions(background))]);
  }

  invariants(connection: PostgresConnection): Promise<Invariant[]> {
    return pollInvariants(connection);
  }

  /** They are where everything else is. */
  async check(): Promise<void> {}

  interrupt(): void {}

  async close(): Promise<void> {}

  get #opened(): Pools {
    if (this.#pools === undefined) throw new Error('the polls are not open');
    return this.#pools;
  }
}
