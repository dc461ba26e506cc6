import { addressOf, type PollsAddress, type ServerAddress } from '../../lib/clickhouse-url.ts';
import { isTemporary, UserError } from '../../lib/errors.ts';
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
import { Clickhouse, type ConnectClickhouse, connectTo } from './client.ts';
import { Cluster, type PrepareServer } from './cluster.ts';
import { firstPollInvariant, keyInvariants, newestInvariant, uniqueInvariant } from './invariants.ts';
import { forgetBlocks, lastKnown, longWithdrawn, uncommitted, withdrawUnknown } from './ledger.ts';
import { migrate, requireSchema } from './migrate.ts';
import { ClickhousePollReader } from './reader.ts';
import type { Replica } from './replica.ts';
import { POLLS, partitionOf } from './tables.ts';
import { ClickhousePollWriter } from './writer.ts';

export interface ClickhouseOptions {
  /** How the server is reached, if not by the URL. */
  readonly connect?: ConnectClickhouse;
  /** The cluster that the server belongs to. */
  readonly cluster?: string | undefined;
  /** How long work in the background waits for a replica of a shard, milliseconds. */
  readonly patience?: number;
}

/** One that is started again takes some seconds. */
const PATIENCE = 20_000;

/** Polls in ClickHouse, for a database in PostgreSQL that has everything else. */
export class ClickhousePolls implements PollLog {
  readonly #address: PollsAddress;
  readonly #options: ClickhouseOptions;
  #opened: { readonly pools: Pools; readonly cluster: Cluster } | undefined;

  /** @param url as for `addressOf` */
  constructor(url: string, options: ClickhouseOptions = {}) {
    const address = addressOf(url);
    if (address === undefined) throw new Error('the URL of the polls is not one of ClickHouse');
    this.#address = address;
    this.#options = options;
  }

  /** @throws UserError `conflict` when PostgreSQL has polls itself, or those in ClickHouse belong to another database */
  async open(pools: Pools, access: StorageAccess, place: string): Promise<void> {
    const changes = access === 'write' || access === 'replace';
    const id = changes ? await claimHome(pools, place) : await homeOf(pools.background);
    if (id === undefined) {
      throw new UserError(
        'conflict',
        `the polls of the database at ${place} are not in ClickHouse: POLLS_URL must not be set`,
      );
    }
    const prepare: PrepareServer = (server, setting) => (changes ? migrate : requireSchema)(server, { id, setting });
    const { connect, cluster: name, patience = PATIENCE } = this.#options;
    const [first] = this.#address.servers as [ServerAddress];
    const cluster =
      name === undefined
        ? Cluster.single(new Clickhouse(connect ?? connectTo(first), first.place), prepare)
        : await Cluster.find(this.#address, name, { prepare, patience });
    this.#opened = { pools, cluster };
    await cluster.prepare();
    if (changes) await this.#withdrawUnknown();
  }

  reader(sql: PostgresConnection, use: SnapshotUse): PollReader {
    const cluster = this.#cluster;
    return new ClickhousePollReader({
      cluster,
      sql,
      use,
      ...(use === 'background' && cluster.isOfSeveral && { gaveUp }),
    });
  }

  writer(sql: PostgresConnection, pool: PostgresPool | undefined): PollWriter {
    const { background, control } = this.#pools;
    const use = pool === background || pool === undefined ? 'background' : 'request';
    return new ClickhousePollWriter({ cluster: this.#cluster, sql, use, outside: control });
  }

  async prepareFor(): Promise<void> {}

  /** Drops whole weeks, which are partitions. */
  async prune(before: number, queue: WriteQueue): Promise<number> {
    const keep = mondayOf(before);
    await queue.run(() =>
      this.#pools.background.transaction(async (sql) => {
        await lockFor(sql, 'import');
        await Promise.all(this.#cluster.shards.map((shard) => shard.change((server) => dropWeeks(server, keep))));
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
    const there = new Set(await this.#revisions(among));
    if (there.size > 0) {
      const remove = (server: Clickhouse) => server.run(`alter table ${POLLS} delete where ${among}`);
      await Promise.all(this.#cluster.shards.map((shard) => shard.change(remove)));
    }
    const gone = revs.filter((rev) => !there.has(rev));
    if (gone.length > 0) await forgetBlocks(sql, gone);
  }

  quickInvariants(): Promise<Invariant[]> {
    return this.#pools.background.transaction((sql) => keyInvariants(sql, this.#cluster));
  }

  async invariants(sql: PostgresConnection): Promise<Invariant[]> {
    const polls = new ClickhousePollReader({ cluster: this.#cluster, sql, use: 'background' });
    return [
      ...(await keyInvariants(sql, this.#cluster)),
      await uniqueInvariant(polls),
      await firstPollInvariant(sql, polls),
      newestInvariant(await keptLatestPoll(sql), await polls.latest()),
    ];
  }

  async figures(): Promise<PollBlockFigures> {
    const { pending, age, withdrawn } = await uncommitted(this.#pools.control);
    const replicas = await Promise.all(
      this.#cluster.shards.flatMap(({ number, replicas }) =>
        replicas.map(async (replica) => {
          const { place } = replica.server;
          const found = await figuresOf(replica).catch(() => undefined);
          return { place, shard: number ?? 1, parts: found?.parts, delay: found?.delay };
        }),
      ),
    );
    return { pending, pendingAge: age, withdrawn, replicas };
  }

  async check(): Promise<void> {
    await Promise.all(this.#cluster.shards.map((shard) => shard.check()));
  }

  interrupt(): void {
    this.#opened?.cluster.interrupt();
  }

  async close(): Promise<void> {
    await this.#opened?.cluster.close();
  }

  async #withdrawUnknown(): Promise<void> {
    const { background } = this.#pools;
    const last = await this.#each((server) => server.row(`select max(rev) as last from ${POLLS}`, 'background'));
    if (Math.max(...last.map((row) => Number(row.last))) <= (await lastKnown(background))) return;
    await background.transaction(async (sql) => {
      await lockFor(sql, 'import');
      const revs = await this.#revisions(`rev > ${await lastKnown(sql)}`);
      if (revs.length > 0) await withdrawUnknown(sql, revs);
    });
  }

  /** The revisions of the rows that a condition matches. */
  async #revisions(condition: string): Promise<number[]> {
    const query = `select distinct rev from ${POLLS} where ${condition}`;
    const found = await this.#each((server) => server.rows(query, 'background'));
    return [...new Set(found.flat().map(({ rev }) => Number(rev)))];
  }

  #each<T>(read: (server: Clickhouse) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#cluster.shards.map((shard) => shard.read('background', read)));
  }

  get #pools(): Pools {
    return this.#needed.pools;
  }

  get #cluster(): Cluster {
    return this.#needed.cluster;
  }

  get #needed() {
    if (this.#opened === undefined) throw new Error('the polls are not open');
    return this.#opened;
  }
}

/**
 * A report on a cluster waits for a replica as long as a restart may take. Then it fails with the reason, rather than run
 * again until somebody repairs the shard.
 */
function gaveUp(error: unknown): unknown {
  return isTemporary(error) ? new UserError('unreadable', error.message, { cause: error }) : error;
}

async function dropWeeks(server: Clickhouse, keep: number): Promise<void> {
  const weeks = await server.rows(
    `select distinct partition from system.parts where database = currentDatabase() and table = '${POLLS}'
       and active and toUInt32(partition) < ${partitionOf(keep)}`,
    'background',
  );
  for (const { partition } of weeks) await server.run(`alter table ${POLLS} drop partition ${Number(partition)}`);
}

async function figuresOf(replica: Replica) {
  await replica.prepare();
  const [parts, delay] = await Promise.all([partsOf(replica.server), replica.delay()]);
  return { parts, delay };
}

async function partsOf(server: Clickhouse): Promise<number> {
  const { parts } = await server.row(
    `select count() as parts from system.parts where database = currentDatabase() and table = '${POLLS}' and active`,
    'request',
  );
  return Number(parts);
}

/** The id of the ClickHouse database; the first to ask gives it one. */
async function claimHome({ background }: Pools, place: string): Promise<string> {
  // Without the lock, which a long import may have, where nothing is to be changed.
  const claimed = await homeOf(background);
  if (claimed !== undefined) return claimed;
  return background.transaction(async (sql) => {
    await lockFor(sql, 'import');
    const known = await homeOf(sql);
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

async function homeOf(sql: Pick<PostgresConnection, 'row'>): Promise<string | undefined> {
  const { id } = await sql.row('select clickhouse_id as id from poll_home');
  return id === null ? undefined : String(id);
}
