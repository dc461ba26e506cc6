import { UserError } from '../../lib/errors.ts';
import { newId } from '../../lib/world/random.ts';
import type { Invariant } from '../ports/invariants.ts';
import type { PollBlockFigures, SnapshotUse, StorageAccess } from '../ports/storage.ts';
import type { PostgresConnection, PostgresPool } from '../postgres/client.ts';
import { lockFor } from '../postgres/lock.ts';
import type { PollLog, PollReader, PollWriter } from '../postgres/poll-log.ts';
import type { Pools } from '../postgres/pools.ts';
import { mondayOf } from '../postgres/weeks.ts';
import type { WriteQueue } from '../shared/write-queue.ts';
import { keptLatestPoll, lowerLatestPoll } from '../sql/latest-poll.ts';
import { addressOf, Clickhouse, type ConnectClickhouse, connectTo } from './client.ts';
import { firstPollInvariant, keyInvariants, newestInvariant, uniqueInvariant } from './invariants.ts';
import { forgetBlocks, lastKnown, longWithdrawn, uncommitted, withdrawUnknown } from './ledger.ts';
import { migrate, requireSchema } from './migrate.ts';
import { ClickhousePollReader } from './reader.ts';
import { POLLS, partitionOf } from './tables.ts';
import { ClickhousePollWriter } from './writer.ts';

export interface ClickhouseOptions {
  /** How the server is reached, if not by the URL. */
  readonly connect?: ConnectClickhouse;
}

/** Polls in ClickHouse, for a database in PostgreSQL that has everything else. */
export class ClickhousePolls implements PollLog {
  readonly #clickhouse: Clickhouse;
  readonly #place: string;
  #pools: Pools | undefined;

  /** @param url `clickhouse://user:password@host:8123/database`, or `clickhouses://` for TLS */
  constructor(url: string, { connect }: ClickhouseOptions = {}) {
    this.#place = addressOf(url).place;
    this.#clickhouse = new Clickhouse(connect ?? connectTo(url), this.#place);
  }

  /** @throws UserError `conflict` when PostgreSQL has polls itself, or those in ClickHouse belong to another database */
  async open(pools: Pools, access: StorageAccess, place: string): Promise<void> {
    this.#pools = pools;
    const changes = access === 'write' || access === 'replace';
    const id = changes ? await this.#claimHome(place) : await this.#home();
    if (id === undefined) {
      throw new UserError(
        'conflict',
        `the polls of the database at ${place} are not in ClickHouse: POLLS_URL must not be set`,
      );
    }
    const owner = { id, place: this.#place };
    await (changes ? migrate(this.#clickhouse, owner) : requireSchema(this.#clickhouse, owner));
    if (changes) await this.#withdrawUnknown();
  }

  reader(sql: PostgresConnection, use: SnapshotUse): PollReader {
    return new ClickhousePollReader({ clickhouse: this.#clickhouse, sql, use });
  }

  writer(sql: PostgresConnection, pool: PostgresPool | undefined): PollWriter {
    const { background, control } = this.#opened;
    const use = pool === background || pool === undefined ? 'background' : 'request';
    return new ClickhousePollWriter({ clickhouse: this.#clickhouse, sql, use, outside: control });
  }

  async prepareFor(): Promise<void> {}

  /** Drops whole weeks, which are partitions. */
  async prune(before: number, queue: WriteQueue): Promise<number> {
    const keep = mondayOf(before);
    await queue.run(() =>
      this.#opened.background.transaction(async (sql) => {
        await lockFor(sql, 'import');
        const weeks = await this.#clickhouse.rows(
          `select distinct partition from system.parts where database = currentDatabase() and table = '${POLLS}'
             and active and toUInt32(partition) < ${partitionOf(keep)}`,
          'background',
        );
        for (const { partition } of weeks) {
          await this.#clickhouse.run(`alter table ${POLLS} drop partition ${Number(partition)}`);
        }
        const polls = this.reader(sql, 'background');
        await lowerLatestPoll(sql, (_, upTo) => polls.latest(upTo), keep - 1);
        await this.#removeWithdrawn(sql);
      }),
    );
    return keep;
  }

  /** Deletes the rows of blocks that failed, in the background; the next time, such a block is forgotten. */
  async #removeWithdrawn(sql: PostgresConnection): Promise<void> {
    const revs = await longWithdrawn(sql);
    if (revs.length === 0) return;
    const among = `rev in (${revs.join(', ')})`;
    const left = await this.#clickhouse.rows(`select distinct rev from ${POLLS} where ${among}`, 'background');
    const there = new Set(left.map(({ rev }) => Number(rev)));
    if (there.size > 0) await this.#clickhouse.run(`alter table ${POLLS} delete where ${among}`);
    const gone = revs.filter((rev) => !there.has(rev));
    if (gone.length > 0) await forgetBlocks(sql, gone);
  }

  quickInvariants(): Promise<Invariant[]> {
    return this.#opened.background.transaction((sql) => keyInvariants(sql, this.#clickhouse));
  }

  async invariants(sql: PostgresConnection): Promise<Invariant[]> {
    const polls = new ClickhousePollReader({ clickhouse: this.#clickhouse, sql, use: 'background' });
    return [
      ...(await keyInvariants(sql, this.#clickhouse)),
      await uniqueInvariant(polls),
      await firstPollInvariant(sql, polls),
      newestInvariant(await keptLatestPoll(sql), await polls.latest()),
    ];
  }

  async figures(): Promise<PollBlockFigures> {
    const { pending, age, withdrawn } = await uncommitted(this.#opened.control);
    const { parts } = await this.#clickhouse.row(
      `select count() as parts from system.parts
       where database = currentDatabase() and table = '${POLLS}' and active`,
      'request',
    );
    return { pending, pendingAge: age, withdrawn, parts: Number(parts) };
  }

  async check(): Promise<void> {
    await this.#clickhouse.row('select 1 as one', 'request');
  }

  interrupt(): void {
    this.#clickhouse.interrupt();
  }

  close(): Promise<void> {
    return this.#clickhouse.close();
  }

  /** The id of the ClickHouse database; the first to ask gives it one. */
  async #claimHome(place: string): Promise<string> {
    // Without the lock, which a long import may have, where nothing is to be changed.
    const claimed = await this.#home();
    if (claimed !== undefined) return claimed;
    return this.#opened.background.transaction(async (sql) => {
      await lockFor(sql, 'import');
      const known = await this.#home(sql);
      if (known !== undefined) return known;
      const [own] = await sql.rows('select 1 from polls limit 1');
      if (own !== undefined) {
        throw new UserError(
          'conflict',
          `the database at ${place} has polls itself; \`restaurant-monitor copy\` copies them to a database with POLLS_URL`,
        );
      }
      const id = newId();
      await sql.run('update poll_home set clickhouse_id = $id', { id });
      return id;
    });
  }

  async #home(sql: Pick<PostgresConnection, 'row'> = this.#opened.background): Promise<string | undefined> {
    const { id } = await sql.row('select clickhouse_id as id from poll_home');
    return id === null ? undefined : String(id);
  }

  async #withdrawUnknown(): Promise<void> {
    const { background } = this.#opened;
    const { last } = await this.#clickhouse.row(`select max(rev) as last from ${POLLS}`, 'background');
    if (Number(last) <= (await lastKnown(background))) return;
    await background.transaction(async (sql) => {
      await lockFor(sql, 'import');
      const revs = await this.#clickhouse.rows(
        `select distinct rev from ${POLLS} where rev > ${await lastKnown(sql)}`,
        'background',
      );
      if (revs.length > 0) {
        await withdrawUnknown(
          sql,
          revs.map(({ rev }) => Number(rev)),
        );
      }
    });
  }

  get #opened(): Pools {
    if (this.#pools === undefined) throw new Error('the polls are not open');
    return this.#pools;
  }
}
