import { Database } from '../../duckdb/database.ts';
import { damageError } from '../../duckdb/errors.ts';
import type { DuckdbLimits } from '../../duckdb/limits.ts';
import type { Session } from '../../duckdb/session.ts';
import { SessionPool } from '../../duckdb/sessions.ts';
import { DEFAULT_BUDGETS } from '../../lib/budgets.ts';
import { UserError } from '../../lib/errors.ts';
import { identifier, literal, type Parameters, type Row, type Sql, type TransactionalSql } from '../../lib/sql.ts';
import { newId } from '../../lib/world/random.ts';
import { after } from '../../lib/world/timers.ts';
import type { DatabaseContents } from '../ports/contents.ts';
import type { ImportSession, MergeCounts } from '../ports/import-session.ts';
import type { Invariant } from '../ports/invariants.ts';
import type { Snapshot } from '../ports/snapshot.ts';
import type { PollBatch, SnapshotUse, Storage, StorageAccess } from '../ports/storage.ts';
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
import { keyInvariants, quickInvariants, wholeInvariants } from '../sql/invariants.ts';
import { lowerLatestPoll } from '../sql/latest-poll.ts';
import { SqlReportCatalog } from '../sql/reports.ts';
import { Changes } from '../sql/revision.ts';
import { pruneSales } from '../sql/sales.ts';
import { SqlSalesRates } from '../sql/sales-rates.ts';
import { SqlSavedQuestions } from '../sql/saved-questions.ts';
import { SqlStoreWriter } from '../sql/store-writer.ts';
import { SqlSubscriptions } from '../sql/subscriptions.ts';
import { SqlSyncLog } from '../sql/sync-log.ts';
import { SqlUptimeTargets } from '../sql/uptime-targets.ts';
import { DuckdbAppending } from './append.ts';
import { beginOpening, endOpening, strangeLog, walFile } from './generation.ts';
import { DuckdbImportSession } from './import.ts';
import { DUCKDB_JSON } from './json-rows.ts';
import { migrate, requireSchema } from './migrate.ts';
import { finishRestore } from './restore.ts';
import { DuckdbSnapshot, scanLatestPoll } from './snapshot.ts';

export interface DuckdbStorageOptions {
  /** Maximum number of stores. */
  readonly maxStores?: number;
  /** Memory and disk limits of the database. */
  readonly duckdb?: DuckdbLimits;
  /** `write`, if not given. */
  readonly access?: StorageAccess;
  /** The clock of leases, milliseconds; the database's own, if not given. */
  readonly clock?: (() => number) | undefined;
  /** How long a request waits for an import or other changes, milliseconds. */
  readonly writeWait?: number;
}

/** Milliseconds between two interrupts of background work. */
const INTERRUPT_INTERVAL = 50;

interface Opened {
  readonly maxStores: number;
  readonly clock?: (() => number) | undefined;
  readonly writeWait: number;
  readonly path?: string;
  /** `false`, if not given. */
  readonly readOnly?: boolean;
  /** Why the write-ahead log does not belong to the file; `undefined`: it does. */
  readonly strange?: string | undefined;
}

/** The catalog has one session, so its transactions run one after another. */
const INSERTS: InsertDialect = { ignoreDuplicates: '' };

/** The embedded engine: a file that this process holds, or memory. */
export class DuckdbStorage implements Storage {
  readonly reports: SqlReportCatalog;
  readonly accounts: SqlAccountCatalog;
  readonly imports: SqlImportCatalog;
  readonly alerts: SqlAlertCatalog;
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
  readonly #database: Database;
  readonly #catalog: SerialSql;
  readonly #readers: SessionPool;
  /** Apart from the readers', since each append leaves temporary tables, which the next one replaces. */
  readonly #appenders: SessionPool;
  readonly #queue: WriteQueue;
  /** The sessions of imports, background snapshots and maintenance that are running. */
  readonly #background = new Set<Session>();
  readonly #keys = new StoreKeys();

  /** How many times it was saved: a name for each. */
  #saved = 0;
  readonly #maxStores: number;
  readonly #path: string | undefined;
  readonly #readOnly: boolean;
  readonly #strangeLog: string | undefined;

  private constructor(database: Database, { maxStores, clock, writeWait, path, readOnly = false, strange }: Opened) {
    this.#maxStores = maxStores;
    this.#queue = new WriteQueue(writeWait);
    this.#path = path;
    this.#readOnly = readOnly;
    this.#strangeLog = strange;
    this.#database = database;
    this.#catalog = new SerialSql(database, writeWait);
    const catalog = this.#catalog;
    this.#readers = new SessionPool(database);
    this.#appenders = new SessionPool(database);
    const dialect = {
      get now() {
        return clock === undefined ? 'epoch_ms(now())' : `${clock()}::bigint`;
      },
      lock: '',
      lockContactPoint: '',
      ...INSERTS,
      // The catalog has one session, and a transaction holds it.
      lockSharing: async () => {},
    };
    this.reports = new SqlReportCatalog(catalog, dialect);
    this.imports = new SqlImportCatalog(catalog);
    this.accounts = new SqlAccountCatalog(catalog, {
      ...DUCKDB_JSON,
      lock: async () => {},
      lockAlerts: async () => {},
    });
    this.alerts = new SqlAlertCatalog(catalog, { ...DUCKDB_JSON, ...INSERTS, lock: async () => {} });
    this.gaps = new SqlCoverageGaps(catalog);
    this.adjustments = new SqlAdjustments(catalog, async () => {});
    this.savedQuestions = new SqlSavedQuestions(catalog, async () => {});
    this.subscriptions = new SqlSubscriptions(catalog, async () => {}, INSERTS);
    this.uptimeTargets = new SqlUptimeTargets(catalog, async () => {});
    this.salesRates = new SqlSalesRates(catalog, async () => {});
    this.dayFiles = new SqlDayFileCheckpoints(catalog);
    this.syncs = new SqlSyncLog(catalog);
    this.idempotency = new SqlIdempotencyKeys(catalog, dialect);
    this.contactPoints = new SqlContactPointCatalog(catalog, { lock: async () => {}, lockAlerts: async () => {} });
    this.deliveries = new SqlDeliveries(catalog, dialect);
  }

  /**
   * @param path the database file; `undefined`: in memory
   * @throws UserError `unavailable` when the file is in use, is no database, was migrated by a newer program or is
   *   damaged; when it is only read, `not_found` when it does not exist and `conflict` when its schema is older
   */
  static async open(path: string | undefined, options: DuckdbStorageOptions = {}): Promise<DuckdbStorage> {
    const { maxStores = DEFAULT_BUDGETS.stores, duckdb, access = 'write', clock, writeWait = WRITE_WAIT } = options;
    const settings = { maxStores, clock, writeWait };
    if (path === undefined) {
      const memory = await Database.inMemory(duckdb, { shared: true });
      const session = await memory.session();
      await migrate(session);
      session.close();
      return new DuckdbStorage(memory, settings);
    }
    await finishRestore(path);
    const readOnly = access === 'read' || access === 'inspect';
    let strange: string | undefined;
    const database = await Database.open(path, duckdb, {
      readOnly,
      before: async () => {
        strange = await strangeLog(path, duckdb);
        if (strange !== undefined && access !== 'inspect') throw new UserError('unavailable', strange);
      },
      prepare: async (session) => {
        await (readOnly ? requireSchema(session, path) : migrate(session));
        if (access === 'write' || access === 'read') {
          refuseDamage(path, [...(await quickInvariants(session)), ...(await keyInvariants(session, ['polls']))]);
        }
        if (readOnly) return;
        await beginOpening(session, path);
        // Only this process has the database, so a running report was interrupted.
        await session.run(`update reports set status = 'queued', progress = 0 where status = 'running'`);
        // Likewise, no other worker is sending a message.
        await session.run('update contact_points set lease_until_ms = 0 where lease_until_ms > 0');
      },
    });
    return new DuckdbStorage(database, { ...settings, path, readOnly, strange });
  }

  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>, use: SnapshotUse = 'request'): Promise<T> {
    return this.#reading((session) => {
      const read = () => session.transaction(() => work(new DuckdbSnapshot(session)));
      return use === 'request' ? read() : this.#inBackground(session, read);
    });
  }

  importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T> {
    return this.#queue.run(() =>
      this.#writing((session, changes) =>
        this.#inBackground(session, async () => {
          const importing = new DuckdbImportSession(session, changes);
          const result = await work(importing);
          await importing.finish();
          return result;
        }),
      ),
    );
  }

  changing<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#writing((session, changes) => work(new SqlStoreWriter(session, changes, DUCKDB_JSON))),
    );
  }

  async appendPolls(batches: readonly PollBatch[]): Promise<MergeCounts[]> {
    const { counts, keys } = await this.#queue.runSoon(() =>
      this.#appenders.use((session) =>
        this.#writingIn(session, async (changes) => {
          await saveCheckpoints(session, batches);
          return append(new DuckdbAppending(session, changes), batches, this.#keys, changes);
        }),
      ),
    );
    this.#keys.learn(keys);
    return counts;
  }

  /** DuckDB deletes rows in place and reuses their space. */
  async prune(before: number): Promise<number> {
    await this.#queue.run(() =>
      this.#inSession((session) =>
        this.#inBackground(session, async () => {
          await this.#database.requireFile();
          await session.transaction(async () => {
            await session.run('delete from polls where instant < make_timestamp_ms($before::bigint)', { before });
            await pruneSales(session, before);
            await lowerLatestPoll(session, scanLatestPoll, before - 1);
          });
          await session.run('checkpoint');
        }),
      ),
    );
    return before;
  }

  contents(): Promise<DatabaseContents> {
    return this.#reading((session) => session.transaction(() => readContents(session)));
  }

  saveTo(path: string): Promise<void> {
    return this.#inSession((session) => this.#inBackground(session, () => this.#save(session, path)));
  }

  async #save(session: Session, path: string): Promise<void> {
    const [own, saved] = [
      String((await session.row('select current_database() as name')).name),
      `saved_${++this.#saved}`,
    ];
    await session.run(`attach ${literal(path)} as ${saved} (read_write)`);
    try {
      await session.run(`copy from database ${identifier(own)} to ${saved}`);
      await session.run(`update ${saved}.generation set id = $id, opening = 0`, { id: newId() });
      await session.run(`checkpoint ${saved}`);
    } finally {
      await session.run(`detach ${saved}`);
    }
  }

  async invariants(): Promise<Invariant[]> {
    const check = (session: Session) => session.transaction(() => wholeInvariants(session));
    const found = await this.#readers.use(check).catch((error: unknown) => this.#refuseDamage(error));
    if (this.#path === undefined) return found;
    const log = `${walFile(this.#path)}: it belongs to the database file`;
    return [{ name: log, broken: this.#strangeLog === undefined ? 0 : 1 }, ...found];
  }

  async check(): Promise<void> {
    await this.#catalog.row('select number from revision');
  }

  async checkWrite(now: number): Promise<void> {
    await this.#catalog.run('update write_checks set checked_ms = $now::bigint', { now });
  }

  interrupt(): void {
    this.#end([...this.#background]);
  }

  /** Again and again until the work ends: a statement may just have been about to begin. */
  #end(sessions: readonly Session[]): void {
    const running = sessions.filter((session) => this.#background.has(session));
    for (const session of running) session.end();
    if (running.length > 0) after(INTERRUPT_INTERVAL, () => this.#end(running)).unref();
  }

  async close(): Promise<void> {
    await this.#queue.run(async () => {});
    await this.#catalog.close();
    this.#readers.close();
    this.#appenders.close();
    await this.#endOpening();
    this.#database.close();
  }

  /** Leaves the note about the log where it cannot be moved into the file. */
  async #endOpening(): Promise<void> {
    const path = this.#path;
    if (path === undefined || this.#readOnly || !this.#database.usable) return;
    try {
      await this.#database.requireFile();
      await this.#inSession((session) => endOpening(session, path));
    } catch {}
  }

  /** Runs `work` as the only write transaction, and raises the revisions if it changed anything. */
  #writing<T>(work: (session: Session, changes: Changes) => Promise<T>): Promise<T> {
    return this.#inSession((session) => this.#writingIn(session, (changes) => work(session, changes)));
  }

  /** The same in a session that is kept. */
  #writingIn<T>(session: Session, work: (changes: Changes) => Promise<T>): Promise<T> {
    return session.transaction(async () => {
      const changes = new Changes(this.#maxStores, scanLatestPoll);
      const result = await work(changes);
      await changes.count(session);
      await this.#database.requireFile();
      return result;
    });
  }

  /** Explains damage where one command reads; a server goes on with the rest, and a job that meets damage fails. */
  async #reading<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const read = this.#readers.use(work);
    return this.#readOnly ? read.catch((error: unknown) => this.#refuseDamage(error)) : read;
  }

  #refuseDamage(error: unknown): never {
    throw this.#path === undefined ? error : damageError(this.#path, error);
  }

  async #inBackground<T>(session: Session, work: () => Promise<T>): Promise<T> {
    this.#background.add(session);
    try {
      return await work();
    } finally {
      this.#background.delete(session);
    }
  }

  async #inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#database.session();
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }
}

/** One session at a time for many callers; their statements run one after another. */
class SerialSql implements TransactionalSql {
  readonly #database: Database;
  readonly #sessions: SessionPool;
  readonly #turn: WriteQueue;

  /** @param wait how long a transaction waits for its turn, milliseconds */
  constructor(database: Database, wait: number) {
    this.#database = database;
    this.#sessions = new SessionPool(database);
    this.#turn = new WriteQueue(wait);
  }

  run(sql: string, parameters?: Parameters): Promise<number> {
    return this.#inTurn((session) => session.run(sql, parameters));
  }

  rows(sql: string, parameters?: Parameters): Promise<Row[]> {
    return this.#inTurn((session) => session.rows(sql, parameters));
  }

  row(sql: string, parameters?: Parameters): Promise<Row> {
    return this.#inTurn((session) => session.row(sql, parameters));
  }

  /** @throws UserError `busy` when others have not finished in time, so that no queue of transactions grows long */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#turn.runSoon(() =>
      this.#sessions.use((session) =>
        session.transaction(async () => {
          const result = await work(session);
          await this.#database.requireFile();
          return result;
        }),
      ),
    );
  }

  /** Closes the session after the statements that are queued. */
  close(): Promise<void> {
    return this.#turn.run(async () => this.#sessions.close());
  }

  #inTurn<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#turn.run(() =>
      this.#sessions.use(async (session) => {
        await this.#database.requireFile();
        return work(session);
      }),
    );
  }
}
