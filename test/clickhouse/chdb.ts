import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ConnectClickhouse } from '../../src/storage/clickhouse/client.ts';
import { ClickhousePolls } from '../../src/storage/clickhouse/polls.ts';

/** What of chDB's connection is used here; its types come with the package, which not everybody installs. */
interface Connection {
  exec(params: ExecParams): Promise<unknown>;
  command(params: ExecParams): Promise<unknown>;
  close(): Promise<void>;
}

interface ExecParams {
  readonly query: string;
  readonly values?: Readable;
  readonly clickhouse_settings?: Readonly<Record<string, unknown>>;
}

/**
 * A current ClickHouse in this process. All clients share the engine, which exists once, and keep their data in databases
 * of their own.
 */
export class Chdb {
  readonly #folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-chdb-'));
  readonly #create: (options: { readonly path: string }) => Connection;
  readonly #root: ClickHouseClient;
  #databases = 0;
  #files = 0;

  private constructor(create: (options: { readonly path: string }) => Connection) {
    this.#create = create;
    this.#root = this.connect('default')(0);
  }

  static start(): Chdb {
    // From the packages of this folder.
    const { createChdbConnection } = createRequire(import.meta.url)('chdb/connection');
    return new Chdb(createChdbConnection);
  }

  /** Creates an empty database. */
  async createDatabase(): Promise<string> {
    const name = `test_${this.#databases++}`;
    await this.#root.command({ query: `create database ${name}` });
    return name;
  }

  /** The polls in a database. */
  polls(database: string): ClickhousePolls {
    return new ClickhousePolls(`clickhouse://chdb/${database}`, { connect: this.connect(database) });
  }

  connect(database: string): ConnectClickhouse {
    return () => {
      const connection = this.#create({ path: join(this.#folder, 'data') });
      const used = this.#inDatabase(connection, database);
      return createClient({ connection: used as never, log: { level: ClickHouseLogLevel.OFF } });
    };
  }

  /**
   * The engine has one present database for all connections, and the adapter takes what is inserted for text: so each
   * statement says where it belongs, and blocks come from a file.
   */
  #inDatabase(connection: Connection, database: string): Connection {
    const insert = async ({ values, query, ...params }: ExecParams) => {
      const file = join(this.#folder, `${this.#files++}.native`);
      writeFileSync(file, await buffer(values as Readable));
      try {
        const from = query.replace(/ format Native$/, ` from infile '${file}' format Native`);
        return await exec({ ...params, query: from });
      } finally {
        rmSync(file);
      }
    };
    const exec = (params: ExecParams) => connection.exec({ ...params, query: `use ${database}; ${params.query}` });
    return new Proxy(connection, {
      get(target, name) {
        if (name === 'exec') return (params: ExecParams) => (params.values ? insert(params) : exec(params));
        if (name === 'command' || name === 'query') {
          return (params: ExecParams) =>
            (target as unknown as Record<string, (params: ExecParams) => unknown>)[name]?.({
              ...params,
              query: `use ${database}; ${params.query}`,
            });
        }
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async stop(): Promise<void> {
    await this.#root.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
