import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { asking, ClickhouseProcess, isServerInstalled, PROGRAM } from './process.ts';

/** A ClickHouse server for tests: that of `TEST_CLICKHOUSE_URL`, else one that is started for this process. */
export class TestClickhouse {
  readonly #url: string;
  readonly #own: { readonly server: ClickhouseProcess; readonly folder: string } | undefined;
  #databases = 0;

  private constructor(url: string, own?: { readonly server: ClickhouseProcess; readonly folder: string }) {
    this.#url = url;
    this.#own = own;
  }

  /** Why there is none for tests; `undefined`: there is one. */
  static missing({ own = false } = {}): string | undefined {
    if (process.env.TEST_CLICKHOUSE_URL && !own) return undefined;
    return isServerInstalled() ? undefined : `no ${PROGRAM} is installed, and TEST_CLICKHOUSE_URL names none`;
  }

  /** @param own always a separate server */
  static async start({ own = false } = {}): Promise<TestClickhouse> {
    const given = process.env.TEST_CLICKHOUSE_URL;
    if (given && !own) return new TestClickhouse(given);
    const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-clickhouse-'));
    const [http, tcp] = [await freePort(), await freePort()];
    const server = new ClickhouseProcess({ folder, host: '127.0.0.1', http, tcp });
    await server.start();
    return new TestClickhouse(server.url, { server, folder });
  }

  /** Creates an empty database; returns its URL. */
  async createDatabase(): Promise<string> {
    const name = `test_${process.pid}_${Date.now()}_${this.#databases++}`;
    await asking(this.#url, (clickhouse) => clickhouse.run(`create database ${name}`));
    return this.#url.replace(/[^/]*$/, name);
  }

  get isRunning(): boolean {
    return this.#own === undefined || this.#own.server.isRunning;
  }

  /** Of the server, if it was started here. */
  get pid(): number | undefined {
    return this.#own?.server.pid;
  }

  /** Kills the server; only one that was started here. */
  kill(): Promise<void> {
    return this.#owned.kill();
  }

  /** Starts the server again, and waits until it answers. */
  revive(): Promise<void> {
    return this.#owned.start();
  }

  async stop(): Promise<void> {
    if (this.#own === undefined) return;
    await this.#own.server.kill();
    rmSync(this.#own.folder, { recursive: true, force: true });
  }

  get #owned(): ClickhouseProcess {
    if (this.#own === undefined) throw new Error('the server of TEST_CLICKHOUSE_URL is not stopped by tests');
    return this.#own.server;
  }
}
