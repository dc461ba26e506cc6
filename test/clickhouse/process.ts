import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, type ServerAddress } from '../../src/lib/clickhouse-url.ts';
import { Clickhouse, connectTo } from '../../src/storage/clickhouse/client.ts';

export const PROGRAM = 'clickhouse-server';
/** Attempts to reach a server that starts, and milliseconds between them. */
const ATTEMPTS = 600;
const PAUSE = 100;

export interface ProcessOptions {
  /** For its files; it must exist. */
  readonly folder: string;
  readonly host: string;
  readonly http: number;
  readonly tcp: number;
  /** More of its configuration. */
  readonly more?: string;
}

/** Whether Debian's server is installed. */
export function isServerInstalled(): boolean {
  return searched().some((folder) => existsSync(join(folder, PROGRAM)));
}

/** Where programs are: a user who is not root may not have all of these in PATH. */
function searched(): string[] {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
}

/** A ClickHouse server as an ordinary process, which ends with this one. */
export class ClickhouseProcess {
  readonly #options: ProcessOptions;
  #server: ChildProcess | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    const { folder } = options;
    for (const name of ['data', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'config.xml'), configuration(options));
    writeFileSync(join(folder, 'users.xml'), USERS);
    process.once('exit', () => this.#server?.kill('SIGKILL'));
  }

  get url(): string {
    const { host, http } = this.#options;
    return `clickhouse://${USER}@${host}:${http}/default`;
  }

  get isRunning(): boolean {
    return this.#server !== undefined;
  }

  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    const server = spawn(PROGRAM, [`--config-file=${join(this.#options.folder, 'config.xml')}`], {
      stdio: 'ignore',
      env: { ...process.env, PATH: searched().join(delimiter) },
    });
    this.#server = server;
    for (let attempt = 1; !(await this.#answers()); attempt++) {
      if (attempt === ATTEMPTS || server.exitCode !== null) throw new Error('ClickHouse does not start');
      await sleep(PAUSE);
    }
  }

  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    if (server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  #answers(): Promise<boolean> {
    return asking(this.url, (clickhouse) => clickhouse.run('select 1')).then(
      () => true,
      () => false,
    );
  }
}

/** Asks a server something. */
export async function asking<T>(url: string, ask: (clickhouse: Clickhouse) => Promise<T>): Promise<T> {
  const address = addressOf(url)?.servers[0] as ServerAddress;
  const clickhouse = new Clickhouse(connectTo(address), address.place);
  try {
    return await ask(clickhouse);
  } finally {
    await clickhouse.close();
  }
}

function configuration({ folder, host, http, tcp, more = '' }: ProcessOptions): string {
  return `<?xml version="1.0"?>
    <yandex>
      <logger><level>warning</level><log>${folder}/log</log></logger>
      <http_port>${http}</http_port>
      <tcp_port>${tcp}</tcp_port>
      <listen_host>${host}</listen_host>
      <path>${folder}/data/</path>
      <tmp_path>${folder}/tmp/</tmp_path>
      <users_config>${folder}/users.xml</users_config>
      <default_profile>default</default_profile>
      <default_database>default</default_database>
      <mark_cache_size>67108864</mark_cache_size>
      <timezone>UTC</timezone>
      ${more}
    </yandex>`;
}

export const USER = 'monitor:p%40ss%3Aword';

/** The user as the configuration of other servers names it. */
export const CREDENTIALS = '<user>monitor</user><password>p@ss:word</password>';

const USERS = `<?xml version="1.0"?>
  <yandex>
    <profiles><default></default></profiles>
    <users>
      <monitor>
        <password>p@ss:word</password>
        <networks><ip>127.0.0.0/8</ip></networks>
        <profile>default</profile>
        <quota>default</quota>
      </monitor>
    </users>
    <quotas><default></default></quotas>
  </yandex>`;
