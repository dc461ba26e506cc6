import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { Database } from '../../duckdb/database.ts';
import type { DuckdbLimits } from '../../duckdb/limits.ts';
import { DEFAULT_BUDGETS } from '../../lib/budgets.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';
import type { DatabaseContents } from '../ports/contents.ts';
import type { ImportSession, MergeCounts } from '../ports/import-session.ts';
import type { Invariant } from '../ports/invariants.ts';
import type { Snapshot } from '../ports/snapshot.ts';
import type { PollBatch, RestoreSession, Storage, StorageAccess } from '../ports/storage.ts';
import type { StoreWriter } from '../ports/stores.ts';
import { append } from '../shared/appending.ts';
import { refuseDamage } from '../shared/damage.ts';
import { StoreKeys } from '../shared/store-keys.ts';
import { SqlAccountCatalog } from '../sql/accounts.ts';
import { readContents } from '../sql/contents.ts';
import { SqlCoverageGaps } from '../sql/coverage-gaps.ts';
import { SqlImportCatalog } from '../sql/imports.ts';
import { quickInvariants, wholeInvariants } from '../sql/invariants.ts';
import { SqlLeases } from '../sql/leases.ts';
import { SqlPeerRegistry } from '../sql/peers.ts';
import { SqlReportCatalog } from '../sql/reports.ts';
import { Changes } from '../sql/revision.ts';
import { SqlStoreWriter } from '../sql/store-writer.ts';
import { SqlSyncLog } from '../sql/sync-log.ts';
import { PostgresAppending } from './append.ts';
import { inTransaction, openPool, PooledSql, PostgresSql } from './client.ts';
import { PostgresImportSession } from './import.ts';
import { lockFor } from './lock.ts';
import { migrate, requireSchema } from './migrate.ts';
import {
  deleteSharedBefore,
  dropPartitionsBefore,
  mondayOf,
  PARTITION_RULES,
  type PartitionRules,
} from './partitions.ts';
import { emptyFor } from './restore.ts';
import { insertResult, PostgresResults } from './results.ts';
import { PostgresSnapshot } from './snapshot.ts';

/** Milliseconds in which a small statement must be answered; else the server counts as lost. */
const PATIENCE = 5_000;

/** What one transaction deletes at most when old polls are deleted. */
const PRUNED = { partitions: 50, polls: 100_000 };

/** The server's clock, milliseconds. */
const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

export interface PostgresStorageOptions {
  /** How many stores there may be. */
  readonly maxStores?: number;
  /** Which weeks of polls have a partition of their own. */
  readonly rules?: PartitionRules;
  /** What the DuckDB that stages an import may take of the machine. */
  readonly staging?: DuckdbLimits | undefined;
  /** `write`, if not given. */
  readonly access?: StorageAccess;
}

/** A PostgreSQL server (15 or later), which several servers of this program may share. */
export class PostgresStorage implements Storage {
  readonly reports: SqlReportCatalog;
  readonly accounts: SqlAccountCatalog;
  readonly imports: SqlImportCatalog;
  readonly results: PostgresResults;
  readonly gaps: SqlCoverageGaps;
  readonly syncs: SqlSyncLog;
  readonly peers: SqlPeerRegistry;
  readonly leases: SqlLeases;
  readonly #pool: Pool;
  readonly #staging: DuckdbLimits | undefined;
  #keys = new StoreKeys();
  /** That of the database when the keys were learned. */
  #generation: unknown;
  readonly #maxStores: number;
  readonly #rules: PartitionRules;

  private constructor(pool: Pool, { maxStores, rules, staging }: Required<Omit<PostgresStorageOptions, 'access'>>) {
    this.#maxStores = maxStores;
    this.#rules = rules;
    this.#pool = pool;
    this.#staging = staging;
    this.results = new PostgresResults(pool);
    const catalog = new PooledSql(pool, PATIENCE);
    this.reports = new SqlReportCatalog(catalog, {
      now: NOW,
      lock: 'for update skip locked',
      lockSharing: (sql) => lockFor(sql, 'reports'),
    });
    this.accounts = new SqlAccountCatalog(catalog, {
      lock: (sql) => lockFor(sql, 'accounts'),
      texts: (json) => `jsonb_array_elements_text(${json}::jsonb)`,
    });
    this.imports = new SqlImportCatalog(catalog);
    this.gaps = new SqlCoverageGaps(catalog);
    this.syncs = new SqlSyncLog(catalog);
    this.peers = new SqlPeerRegistry(catalog, NOW);
    this.leases = new SqlLeases(catalog, NOW);
  }

  /**
   * @param url `postgres://user:password@host:port/database`
   * @throws UserError `unavailable` when it cannot be reached, refuses the user, belongs to a newer program or is
   *   damaged; `conflict` when it is only read and its schema is older
   */
  static async open(url: string, options: PostgresStorageOptions = {}): Promise<PostgresStorage> {
    const { maxStores = DEFAULT_BUDGETS.stores, rules = PARTITION_RULES, staging, access = 'write' } = options;
    const readOnly = access === 'read' || access === 'inspect';
    const pool = openPool(url, { readOnly });
    try {
      const place = placeOf(url);
      await (readOnly ? requireSchema(pool, place) : migrate(pool));
      if (access === 'write' || access === 'read') refuseDamage(place, await quickInvariants(new PostgresSql(pool)));
      return new PostgresStorage(pool, { maxStores, rules, staging });
    } catch (error) {
      await pool.end();
      throw openError(url, error);
    }
  }

  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return inTransaction(this.#pool, 'begin isolation level repeatable read read only', (client) =>
      work(new PostgresSnapshot(client)),
    );
  }

  async importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T> {
    const staging = await Database.inMemory(this.#staging);
    const session = await staging.session();
    try {
      return await this.#writing(async (client, changes) => {
        const importing = new PostgresImportSession(session, client, changes, this.#rules);
        const result = await work(importing);
        await importing.finish();
        return result;
      });
    } finally {
      session.close();
      staging.close();
    }
  }

  changing<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    return this.#writing((client, changes) => work(new SqlStoreWriter(new PostgresSql(client), changes)));
  }

  async appendPolls(batches: readonly PollBatch[]): Promise<MergeCounts[]> {
    const { counts, keys } = await this.#writing((client, changes) =>
      append(new PostgresAppending(client, changes, this.#rules), batches, this.#keys, changes),
    );
    this.#keys.learn(keys);
    return counts;
  }

  /** Runs `work` as one transaction, alone among those that write data, and counts it if it changed anything. */
  #writing<T>(work: (client: PoolClient, changes: Changes) => Promise<T>): Promise<T> {
    return inTransaction(this.#pool, 'begin', async (client) => {
      const sql = new PostgresSql(client);
      await lockFor(sql, 'import');
      await this.#noticeRestore(sql);
      const changes = new Changes(this.#maxStores);
      const result = await work(client, changes);
      await changes.count(sql);
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

  /** In steps, each a transaction of its own: however much there is to delete, others get their turn in between. */
  async prune(before: number): Promise<number> {
    const keep = mondayOf(before);
    while ((await this.#pruning((sql) => dropPartitionsBefore(sql, keep, PRUNED.partitions))) > 0);
    while ((await this.#pruning((sql) => deleteSharedBefore(sql, keep, PRUNED.polls))) > 0);
    return keep;
  }

  #pruning(step: (sql: Sql) => Promise<number>): Promise<number> {
    return inTransaction(this.#pool, 'begin', async (client) => {
      const sql = new PostgresSql(client);
      await lockFor(sql, 'import');
      return step(sql);
    });
  }

  contents(): Promise<DatabaseContents> {
    return inTransaction(this.#pool, 'begin isolation level repeatable read read only', (client) =>
      readContents(new PostgresSql(client)),
    );
  }

  async restoring<T>(replace: boolean, work: (session: RestoreSession) => Promise<T>): Promise<T> {
    const staging = await Database.inMemory(this.#staging);
    const session = await staging.session();
    try {
      return await this.#writing(async (client, changes) => {
        const sql = new PostgresSql(client);
        await emptyFor(sql, replace);
        changes.stores();
        const target = new PostgresImportSession(session, client, changes, this.#rules);
        const result = await work({ target, saveResult: (id, kind, bytes) => insertResult(sql, id, kind, [bytes]) });
        await target.finish();
        return result;
      });
    } finally {
      session.close();
      staging.close();
    }
  }

  invariants(): Promise<Invariant[]> {
    return inTransaction(this.#pool, 'begin isolation level repeatable read read only', (client) =>
      wholeInvariants(new PostgresSql(client)),
    );
  }

  async check(): Promise<void> {
    await new PostgresSql(this.#pool, PATIENCE).row('select number from revision');
  }

  /** A server that does not answer any more cannot hold up the end. */
  async close(): Promise<void> {
    await Promise.race([this.#pool.end(), sleep(PATIENCE, undefined, { ref: false })]);
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
