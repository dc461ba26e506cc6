import { Database } from '../../duckdb/database.ts';
import type { DuckdbLimits } from '../../duckdb/limits.ts';
import { DEFAULT_BUDGETS } from '../../lib/budgets.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';
import type { DatabaseContents } from '../ports/contents.ts';
import type { ImportSession, MergeCounts } from '../ports/import-session.ts';
import type { Invariant } from '../ports/invariants.ts';
import type { Snapshot } from '../ports/snapshot.ts';
import type {
  PollBatch,
  PollBlockFigures,
  RestoreSession,
  SnapshotUse,
  Storage,
  StorageAccess,
} from '../ports/storage.ts';
import type { StoreWriter } from '../ports/stores.ts';
import { append } from '../shared/appending.ts';
import { refuseDamage } from '../shared/damage.ts';
import { StoreKeys } from '../shared/store-keys.ts';
import { WRITE_WAIT, WriteQueue } from '../shared/write-queue.ts';
import { SqlAccountCatalog } from '../sql/accounts.ts';
import { SqlAdjustments } from '../sql/adjustments.ts';
import { SqlAlertCatalog } from '../sql/alerts.ts';
import { SqlContactPointCatalog } from '../sql/contact-points.ts';
import { readContents } from '../sql/contents.ts';
import { SqlCoverageGaps } from '../sql/coverage-gaps.ts';
import { SqlDayFileCheckpoints, saveCheckpoints } from '../sql/day-files.ts';
import { SqlDeliveries } from '../sql/deliveries.ts';
import { SqlIdempotencyKeys } from '../sql/idempotency.ts';
import { SqlImportCatalog } from '../sql/imports.ts';
import type { InsertDialect } from '../sql/insert-dialect.ts';
import { catalogInvariants, quickInvariants } from '../sql/invariants.ts';
import { SqlLeases } from '../sql/leases.ts';
import { SqlPeerRegistry } from '../sql/peers.ts';
import { SqlReportCatalog } from '../sql/reports.ts';
import { Changes } from '../sql/revision.ts';
import { pruneSales } from '../sql/sales.ts';
import { SqlSalesRates } from '../sql/sales-rates.ts';
import { SqlSavedQuestions } from '../sql/saved-questions.ts';
import { SqlStoreWriter } from '../sql/store-writer.ts';
import { SqlSubscriptions } from '../sql/subscriptions.ts';
import { SqlSyncLog } from '../sql/sync-log.ts';
import { SqlUptimeTargets } from '../sql/uptime-targets.ts';
import { PostgresAppending } from './append.ts';
import type { PostgresConnection, PostgresPool } from './client.ts';
import { PostgresImportSession } from './import.ts';
import { POSTGRES_JSON } from './json-rows.ts';
import { lockFor } from './lock.ts';
import { migrate, requireSchema } from './migrate.ts';
import type { PollLog, PollWriter } from './poll-log.ts';
import { PostgresPolls } from './polls.ts';
import { Pools } from './pools.ts';
import { emptyFor } from './restore.ts';
import { insertResult, PostgresResults, saveFigures } from './results.ts';
import { PostgresSnapshot } from './snapshot.ts';
import { PARTITION_RULES, type PartitionRules } from './weeks.ts';

/** The server's clock, milliseconds. */
const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

export interface PostgresStorageOptions {
  /** How many stores there may be. */
  readonly maxStores?: number;
  /** Where the polls are; in this database, if not given. It is closed with the storage. */
  readonly polls?: PollLog;
  /** Which weeks of polls in this database have a partition of their own. */
  readonly rules?: PartitionRules;
  /** What the DuckDB that stages an import may take of the machine. */
  readonly staging?: DuckdbLimits | undefined;
  /** `write`, if not given. */
  readonly access?: StorageAccess;
  /** How long a request waits for an import or other changes, milliseconds. */
  readonly writeWait?: number;
}

/** What a write transaction works with. */
interface Writing {
  readonly connection: PostgresConnection;
  readonly changes: Changes;
  readonly polls: PollWriter;
}

const INSERTS: InsertDialect = { ignoreDuplicates: 'on conflict do nothing' };

/** A PostgreSQL server (15 or later), which several servers of this program may share. */
export class PostgresStorage implements Storage {
  readonly reports: SqlReportCatalog;
  readonly accounts: SqlAccountCatalog;
  readonly imports: SqlImportCatalog;
  readonly alerts: SqlAlertCatalog;
  readonly results: PostgresResults;
  readonly gaps: SqlCoverageGaps;
  readonly adjustments: SqlAdjustments;
  readonly savedQuestions: SqlSavedQuestions;
  readonly subscriptions: SqlSubscriptions;
  readonly uptimeTargets: SqlUptimeTargets;
  readonly salesRates: SqlSalesRates;
  readonly dayFiles: SqlDayFileCheckpoints;
  readonly syncs: SqlSyncLog;
  readonly idempotency: SqlIdempotencyKeys;
  readonly contactPoints: SqlContactPointCatalog;
  readonly deliveries: SqlDeliveries;
  readonly peers: SqlPeerRegistry;
  readonly leases: SqlLeases;
  readonly pollBlocks?: () => Promise<PollBlockFigures>;
  readonly #pools: Pools;
  readonly #staging: DuckdbLimits | undefined;
  #keys = new StoreKeys();
  /** That of the database when the keys were learned. */
  #generation: unknown;
  readonly #maxStores: number;
  readonly #queue: WriteQueue;
  readonly #polls: PollLog;

  private constructor(pools: Pools, options: Required<Omit<PostgresStorageOptions, 'access' | 'rules'>>) {
    const { maxStores, polls, staging, writeWait } = options;
    this.#maxStores = maxStores;
    this.#pools = pools;
    this.#staging = staging;
    this.#queue = new WriteQueue(writeWait);
    this.#polls = polls;
    const { figures } = polls;
    if (figures !== undefined) this.pollBlocks = () => figures.call(polls);
    this.results = new PostgresResults(pools);
    const catalog = pools.catalog();
    this.reports = new SqlReportCatalog(catalog, {
      now: NOW,
      lock: 'for update skip locked',
      lockSharing: (sql) => lockFor(sql, 'reports'),
      // The transactions of the catalog run on this class.
      saveFigures: (sql, id, content) => saveFigures(sql as PostgresConnection, id, content),
    });
    this.accounts = new SqlAccountCatalog(catalog, {
      ...POSTGRES_JSON,
      lock: (sql) => lockFor(sql, 'accounts'),
      lockAlerts: (sql) => lockFor(sql, 'alerts'),
    });
    this.imports = new SqlImportCatalog(catalog);
    this.alerts = new SqlAlertCatalog(catalog, { ...POSTGRES_JSON, ...INSERTS, lock: (sql) => lockFor(sql, 'alerts') });
    this.gaps = new SqlCoverageGaps(catalog);
    this.adjustments = new SqlAdjustments(catalog, (sql) => lockFor(sql, 'adjustments'));
    this.savedQuestions = new SqlSavedQuestions(catalog, (sql) => lockFor(sql, 'saved_questions'));
    this.subscriptions = new SqlSubscriptions(catalog, (sql) => lockFor(sql, 'saved_questions'), INSERTS);
    this.uptimeTargets = new SqlUptimeTargets(catalog, (sql) => lockFor(sql, 'uptime_targets'));
    this.salesRates = new SqlSalesRates(catalog, (sql) => lockFor(sql, 'sales_rates'));
    this.dayFiles = new SqlDayFileCheckpoints(catalog);
    this.syncs = new SqlSyncLog(catalog);
    this.idempotency = new SqlIdempotencyKeys(catalog, { ...INSERTS, now: NOW });
    this.contactPoints = new SqlContactPointCatalog(catalog, {
      lock: (sql) => lockFor(sql, 'contact_points'),
      lockAlerts: (sql) => lockFor(sql, 'alerts'),
    });
    this.deliveries = new SqlDeliveries(catalog, {
      ...INSERTS,
      now: NOW,
      lockContactPoint: 'for update of c skip locked',
    });
    this.peers = new SqlPeerRegistry(pools.control, NOW);
    this.leases = new SqlLeases(pools.control, NOW);
  }

  /**
   * @param url `postgres://user:password@host:port/database`
   * @throws UserError `unavailable` when it cannot be reached, refuses the user, belongs to a newer program or is
   *   damaged; `conflict` when it is only read and its schema is older
   */
  static async open(url: string, options: PostgresStorageOptions = {}): Promise<PostgresStorage> {
    const { maxStores = DEFAULT_BUDGETS.stores, rules = PARTITION_RULES, staging, writeWait = WRITE_WAIT } = options;
    const { access = 'write', polls = new PostgresPolls(rules) } = options;
    const readOnly = access === 'read' || access === 'inspect';
    const place = placeOf(url);
    const pools = new Pools(url, { readOnly });
    try {
      // Fails sooner than the pool of the migrations when the server does not answer.
      await pools.control.run('select 1');
      await (readOnly ? requireSchema(pools.background, place) : migrate(pools.background));
    } catch (error) {
      await Promise.all([pools.close(), polls.close()]);
      throw openError(url, error);
    }
    try {
      await polls.open(pools, access, place);
      if (access === 'write' || access === 'read') {
        refuseDamage(place, [...(await quickInvariants(pools.background)), ...(await polls.quickInvariants())]);
      }
      return new PostgresStorage(pools, { maxStores, polls, staging, writeWait });
    } catch (error) {
      await Promise.all([pools.close(), polls.close()]);
      throw error;
    }
  }

  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>, use: SnapshotUse = 'request'): Promise<T> {
    const pool = use === 'request' ? this.#pools.requests : this.#pools.background;
    return pool.transaction(
      (connection) => work(new PostgresSnapshot(connection, this.#polls.reader(connection, use))),
      'begin isolation level repeatable read read only',
    );
  }

  async importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T> {
    const database = await Database.inMemory(this.#staging);
    const staging = await database.session();
    const pool = this.#pools.background;
    try {
      return await this.#queue.run(() =>
        this.#writing(pool, async ({ connection, changes, polls }) => {
          const importing = new PostgresImportSession({ staging, connection, changes, polls });
          const result = await work(importing);
          await importing.finish();
          return result;
        }),
      );
    } finally {
      staging.close();
      database.close();
    }
  }

  changing<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#writing(this.#pools.writes, ({ connection, changes, polls }) =>
        work(new SqlStoreWriter(connection, changes, POSTGRES_JSON, polls)),
      ),
    );
  }

  appendPolls(batches: readonly PollBatch[]): Promise<MergeCounts[]> {
    const pool = this.#pools.writes;
    return this.#queue.runSoon(async () => {
      await this.#polls.prepareFor(batches);
      const { counts, keys } = await this.#writing(pool, async ({ connection, changes, polls }) => {
        await saveCheckpoints(connection, batches);
        return append(new PostgresAppending(connection, changes, polls), batches, this.#keys, changes);
      });
      this.#keys.learn(keys);
      return counts;
    });
  }

  /**
   * Runs `work` as the only write transaction, and raises the revisions if it changed anything.
   *
   * @param others whether other connections can write at the same time, such as for a partition
   * @param check the last thing before the commit
   */
  #writing<T>(
    pool: PostgresPool,
    work: (writing: Writing) => Promise<T>,
    { others = true, check }: { others?: boolean; check?: (connection: PostgresConnection) => Promise<void> } = {},
  ): Promise<T> {
    return pool.transaction(async (connection) => {
      await lockFor(connection, 'import');
      await this.#noticeRestore(connection);
      const polls = this.#polls.writer(connection, others ? pool : undefined);
      const changes = new Changes(this.#maxStores, (_, upTo) => polls.latest(upTo));
      const result = await work({ connection, changes, polls });
      await polls.finish();
      await changes.count(connection);
      await check?.(connection);
      return result;
    });
  }

  /** A restore gives stores other keys. */
  async #noticeRestore(sql: Sql): Promise<void> {
    const { id } = await sql.row('select id from generation');
    if (id === this.#generation) return;
    this.#generation = id;
    this.#keys = new StoreKeys();
  }

  async prune(before: number): Promise<number> {
    await this.#queue.run(() => pruneSales(this.#pools.background, before));
    return this.#polls.prune(before, this.#queue);
  }

  contents(): Promise<DatabaseContents> {
    return this.#pools.background.transaction(
      (connection) => readContents(connection, () => this.#polls.reader(connection, 'background').total()),
      'begin isolation level repeatable read read only',
    );
  }

  async restoring<T>(
    replace: boolean,
    work: (session: RestoreSession) => Promise<T>,
    check: (invariants: readonly Invariant[]) => void,
  ): Promise<T> {
    const database = await Database.inMemory(this.#staging);
    const staging = await database.session();
    try {
      return await this.#queue.run(() =>
        this.#writing(
          this.#pools.background,
          async ({ connection, changes, polls }) => {
            await emptyFor(connection, replace, polls);
            changes.stores();
            const target = new PostgresImportSession({ staging, connection, changes, polls });
            const result = await work({
              target,
              saveResult: (id, kind, bytes) => insertResult(connection, id, kind, [bytes]),
            });
            await target.finish();
            return result;
          },
          // The emptied tables are locked.
          { others: false, check: async (connection) => check(await this.#invariants(connection)) },
        ),
      );
    } finally {
      staging.close();
      database.close();
    }
  }

  invariants(): Promise<Invariant[]> {
    return this.#pools.background.transaction(
      (connection) => this.#invariants(connection),
      'begin isolation level repeatable read read only',
    );
  }

  async #invariants(connection: PostgresConnection): Promise<Invariant[]> {
    return [...(await catalogInvariants(connection)), ...(await this.#polls.invariants(connection))];
  }

  async clock(): Promise<number> {
    const { now } = await this.#pools.control.row(`select ${NOW} as now`);
    return Number(now);
  }

  async check(): Promise<void> {
    await this.#pools.control.row('select number from revision');
    await this.#polls.check();
  }

  async checkWrite(now: number): Promise<void> {
    await this.#pools.control.run('update write_checks set checked_ms = $now', { now });
  }

  interrupt(): void {
    void this.#pools.interrupt();
    this.#polls.interrupt();
  }

  async close(): Promise<void> {
    await Promise.all([this.#pools.close(), this.#polls.close()]);
  }
}

/** Says which server it was, without the password. What has no code is a defect. */
function openError(url: string, error: unknown): unknown {
  const cause = error instanceof UserError ? error.cause : error;
  if (cause === undefined) return error;
  const { code } = cause as { code?: string };
  const message = messageOf(cause);
  if (code === undefined && !/SSL|TLS|timeout|terminated/i.test(message)) return error;
  return new UserError('unavailable', `the database at ${placeOf(url)} cannot be used: ${message}`, { cause });
}

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || 'the local socket'}:${port || 5432}${pathname}`;
}
