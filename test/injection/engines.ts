import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { execute } from '../support/postgres.ts';
import { alerts } from './alerts.ts';
import { Bench, NOW } from './bench.ts';
import { DUCKDB_FAULTS, injectIntoDuckdb } from './duckdb.ts';
import { enumerate, type Tried } from './enumerate.ts';
import { FILE_FAULTS, filesWith } from './files.ts';
import { type Fault, Injector } from './injector.ts';
import { injectIntoPostgres, POSTGRES_FAULTS } from './postgres.ts';
import { PowerDisk } from './power.ts';
import { backup, restore } from './restore.ts';
import { SCENARIOS } from './scenarios.ts';

export type Extent =
  /** Each fault at each call. */
  | 'all'
  /** One fault at each call, a different one at the next. */
  | 'one each'
  /** Likewise, at some calls. */
  | 'some';

/** With `some`, from one call that gets a fault to the next; of slow scenarios, five times as far. */
const STEP = 10;

export interface InjectionOptions {
  readonly extent: Extent;
  /** Limits the scenarios by their names. */
  readonly only?: RegExp | undefined;
  /** Limits the faults by their names. */
  readonly faults?: RegExp | undefined;
  readonly onTried?: (tried: Tried) => void;
  /** Gets what fails; otherwise the first failure is thrown. */
  readonly onFailure?: (error: Error) => void;
}

/** Gives each statement of each scenario faults, on an embedded database in a file. */
export async function injectFaultsIntoDuckdb(options: InjectionOptions): Promise<Tried[]> {
  const injector = new Injector();
  const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-test-'));
  const { storage, expire } = await openDuckdb(join(folder, 'monitor.duckdb'));
  const bench = new Bench('duckdb', storage, injector, folder, { expire });
  return trying(bench, DUCKDB_FAULTS, injectIntoDuckdb, options);
}

/** Gives each file operation of the scenarios that have any faults, and cuts off the power before it. */
export async function injectFaultsIntoFiles(options: InjectionOptions): Promise<Tried[]> {
  const injector = new Injector();
  const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-test-'));
  const { storage, expire } = await openDuckdb(undefined);
  const disk = new PowerDisk(folder);
  const files = (process: { ended: boolean }) => filesWith(injector, disk.files, process);
  const bench = new Bench('files', storage, injector, folder, { files, disk, expire });
  const { only = FILE_SCENARIOS } = options;
  return trying(bench, FILE_FAULTS, () => () => {}, { ...options, only });
}

const FILE_SCENARIOS = /^(import polls|import polls with a bad row|report|sync|polls of the prober|backup|restore)$/;

/** A DuckDB, and what makes its leases expire. */
async function openDuckdb(path: string | undefined) {
  let leases = NOW;
  const storage = await DuckdbStorage.open(path, { clock: () => leases });
  const expire = async () => {
    leases += 60_000;
  };
  return { storage, expire };
}

/** @param url an empty PostgreSQL database */
export async function injectFaultsIntoPostgres(url: string, options: InjectionOptions): Promise<Tried[]> {
  const injector = new Injector();
  const storage = await PostgresStorage.open(url);
  const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-test-'));
  const expire = async () => {
    await execute(
      url,
      `update reports set lease_until_ms = 0 where status = 'running'; update leases set until_ms = 0`,
    );
  };
  const assertIdle = async () => {
    for (let i = 0; i < 3_000; i++) {
      if ((await execute(url, OPEN_TRANSACTIONS)).rows.length === 0) return;
      await sleep(20);
    }
    assert.fail('a connection is left in a transaction');
  };
  const bench = new Bench('postgres', storage, injector, folder, { expire, assertIdle });
  return trying(bench, POSTGRES_FAULTS, injectIntoPostgres, options);
}

/** Connections of the program that wait for the next statement of a transaction. */
const OPEN_TRANSACTIONS = `
  select pid from pg_stat_activity
  where datname = current_database() and application_name = 'restaurant-monitor' and state like 'idle in transaction%'`;

async function trying(
  bench: Bench,
  all: readonly Fault[],
  inject: (injector: Injector) => () => void,
  { extent, only = /(?:)/, faults: named = /(?:)/, onTried = () => {}, onFailure }: InjectionOptions,
): Promise<Tried[]> {
  const faults = all.filter(({ name }) => named.test(name));
  const end = inject(bench.injector);
  const tried: Tried[] = [];
  try {
    await bench.start();
    for (const [i, scenario] of [...SCENARIOS, backup, restore, alerts].entries()) {
      if (!only.test(scenario.name)) continue;
      const first = extent === 'some' ? 1 + (i % STEP) : 1;
      const step = extent === 'some' ? STEP * (scenario.slow ? 5 : 1) : 1;
      const one = (nth: number) => [faults[(Math.floor(nth / step) + i) % faults.length] as Fault];
      const faultsOf = extent === 'all' ? () => faults : one;
      const power = faults.filter(({ kind }) => kind === 'power');
      const last = extent === 'some' ? power.slice(i % power.length).slice(0, 1) : power;
      const done = await enumerate(bench, scenario, { first, step, faultsOf, last, onFailure });
      onTried(done);
      tried.push(done);
    }
    return tried;
  } finally {
    end();
    await bench.close();
  }
}
