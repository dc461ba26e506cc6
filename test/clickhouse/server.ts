import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clickhouse, connectTo } from '../../src/storage/clickhouse/client.ts';
import { freePort } from '../support/free-port.ts';

const PROGRAM = 'clickhouse-server';
/** Attempts to reach a server that starts, and milliseconds between them. */
const ATTEMPTS = 600;
const PAUSE = 100;

/** A ClickHouse server for tests: that of `TEST_CLICKHOUSE_URL`, else one that is started for this process. */
export class TestClickhouse {
  readonly #url: string;
  readonly #folder: string | undefined;
  #server: ChildProcess | undefined;
  #databases = 0;

  private constructor(url: string, folder?: string) {
    this.#url = url;
    this.#folder = folder;
  }

  /** Why there is none for tests; `undefined`: there is one. */
  static missing({ own = false } = {}): string | undefined {
    if (process.env.TEST_CLICKHOUSE_URL && !own) return undefined;
    const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
    const isThere = folders.some((folder) => existsSync(join(folder, PROGRAM)));
    return isThere ? undefined : `no ${PROGRAM} is installed, and TEST_CLICKHOUSE_URL names none`;
  }

  /** @param own always a separate server */
  static async start({ own = false } = {}): Promise<TestClickhouse> {
    const given = process.env.TEST_CLICKHOUSE_URL;
    if (given && !own) return new TestClickhouse(given);
    const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-clickhouse-'));
    const [http, tcp] = [await freePort(), await freePort()];
    for (const name of ['data', 'tmp']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'config.xml'), serverConfig(folder, http, tcp));
    writeFileSync(join(folder, 'users.xml'), USERS);
    const server = new TestClickhouse(`clickhouse://monitor:p%40ss%3Aword@127.0.0.1:${http}/default`, folder);
    process.once('exit', () => server.#server?.kill('SIGKILL'));
    await server.revive();
    return server;
  }

  /** Creates an empty database; returns its URL. */
  async createDatabase(): Promise<string> {
    const name = `test_${process.pid}_${Date.now()}_${this.#databases++}`;
    await this.#asking((clickhouse) => clickhouse.run(`create database ${name}`));
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    return url.href;
  }

  get isRunning(): boolean {
    return this.#folder === undefined || this.#server !== undefined;
  }

  /** Kills the server; only one that was started here. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined) throw new Error('the server of TEST_CLICKHOUSE_URL is not stopped by tests');
    this.#server = undefined;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  /** Starts the server, and waits until it answers. */
  async revive(): Promise<void> {
    const config = `--config-file=${join(this.#folder ?? '', 'config.xml')}`;
    const server = spawn(PROGRAM, [config], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` },
    });
    this.#server = server;
    for (let attempt = 1; !(await this.#answers()); attempt++) {
      if (attempt === ATTEMPTS || server.exitCode !== null) throw new Error('ClickHouse does not start');
      await sleep(PAUSE);
    }
  }

  async stop(): Promise<void> {
    if (this.#server !== undefined) await this.kill();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #answers(): Promise<boolean> {
    return this.#asking((clickhouse) => clickhouse.run('select 1')).then(
      () => true,
      () => false,
    );
  }

  async #asking<T>(ask: (clickhouse: Clickhouse) => Promise<T>): Promise<T> {
    const clickhouse = new Clickhouse(connectTo(this.#url), 'the server of the tests');
    try {
      return await ask(clickhouse);
    } finally {
      await clickhouse.close();
    }
  }
}

function serverConfig(folder: string, http: number, tcp: number): string {
  return `<?xml version="1.0"?>
    <yandex>
      <logger><level>warning</level><log>${folder}/log</log></logger>
      <http_port>${http}</http_port>
      <tcp_port>${tcp}</tcp_port>
      <listen_host>127.0.0.1</listen_host>
      <path>${folder}/data/</path>
      <tmp_path>${folder}/tmp/</tmp_path>
      <users_config>${folder}/users.xml</users_config>
      <default_profile>default</default_profile>
      <default_database>default</default_database>
      <mark_cache_size>67108864</mark_cache_size>
      <timezone>UTC</timezone>
    </yandex>`;
}

const USERS = `<?xml version="1.0"?>
  <yandex>
    <profiles><default></default></profiles>
    <users>
      <monitor>
        <password>p@ss:word</password>
        <networks><ip>127.0.0.1</ip></networks>
        <profile>default</profile>
        <quota>default</quota>
      </monitor>
    </users>
    <quotas><default></default></quotas>
  </yandex>`;
