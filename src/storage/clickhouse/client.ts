import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { isTemporary, UserError } from '../../lib/errors.ts';
import type { Row } from '../../lib/sql.ts';
import { sleep } from '../../lib/world/timers.ts';
import type { SnapshotUse } from '../ports/storage.ts';
import { clickhouseError } from './errors.ts';
import { decodeBlocks, encodeBlock, type NativeBlock, type NativeColumn } from './native.ts';

/** How long a statement may be silent, milliseconds: as with PostgreSQL, a request waits for some seconds. */
const SILENCE = { request: 4_000, background: 600_000 } as const;

/** Attempts to send a block, and milliseconds between them. */
const ATTEMPTS = 4;
const PAUSE = 500;

/** For texts of queries with long lists of numbers. */
const LONG_QUERIES: ClickHouseSettings = {
  max_query_size: '67108864',
  max_ast_elements: '10000000',
  max_expanded_ast_elements: '10000000',
};

/** The setting by which a server recognizes a block that is sent again. */
export const TOKEN = 'insert_deduplication_token';

/** Makes the client of a ClickHouse server, or of an engine in this process. @param timeout milliseconds */
export type ConnectClickhouse = (timeout: number) => ClickHouseClient;

/** The ports of HTTP and HTTPS on a server as it is installed. */
const PORTS = { 'clickhouse:': 8123, 'clickhouses:': 8443 } as const;

/**
 * Where the HTTP interface is, and the same without the user.
 *
 * @param url `clickhouse://user:password@host:8123/database`, or `clickhouses://` for TLS
 */
export function addressOf(url: string): { readonly href: string; readonly place: string } {
  const { protocol, username, password, hostname, port, pathname } = new URL(url);
  const place = `${hostname}:${port || PORTS[protocol as keyof typeof PORTS]}${pathname}`;
  const user = username === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
  return { href: `${protocol === 'clickhouses:' ? 'https' : 'http'}://${user}${place}`, place };
}

/** @param url as for `addressOf` */
export function connectTo(url: string): ConnectClickhouse {
  const { href } = addressOf(url);
  return (timeout) =>
    createClient({
      url: href,
      application: 'restaurant-monitor',
      request_timeout: timeout,
      log: { level: ClickHouseLogLevel.OFF },
    });
}

/** What a server knows, by its version. */
export interface Abilities {
  /** Compression methods of single columns. */
  readonly codecs: boolean;
  readonly settings: ReadonlySet<string>;
}

/** A ClickHouse server. Statements throw as in `clickhouseError`. */
export class Clickhouse {
  readonly #clients: Readonly<Record<SnapshotUse, ClickHouseClient>>;
  readonly place: string;
  #abilities: Promise<Abilities> | undefined;
  #background = new AbortController();

  /** @param place of the database, without a password */
  constructor(connect: ConnectClickhouse, place: string) {
    this.place = place;
    this.#clients = { request: connect(SILENCE.request), background: connect(SILENCE.background) };
  }

  /** Runs a statement that returns nothing. */
  async run(query: string, use: SnapshotUse = 'background'): Promise<void> {
    await this.#explained(use, (client, signal) => client.command({ query, ...signal }));
  }

  /** All rows of a query, for small results; 64-bit numbers may be texts. */
  rows(query: string, use: SnapshotUse): Promise<Row[]> {
    return this.#explained(use, async (client, signal) => {
      const result = await client.query({
        query,
        format: 'JSONEachRow',
        clickhouse_settings: LONG_QUERIES,
        ...signal,
      });
      return result.json<Row>();
    });
  }

  async row(query: string, use: SnapshotUse): Promise<Row> {
    const [row] = await this.rows(query, use);
    if (row === undefined) throw new Error(`no row from: ${query}`);
    return row;
  }

  /** The result of a query as blocks of columns, which must have these names and types. */
  async *blocks(query: string, columns: readonly NativeColumn[], use: SnapshotUse): AsyncGenerator<NativeBlock> {
    const { stream } = await this.#explained(use, (client, signal) =>
      client.exec({ query: `${query} format Native`, clickhouse_settings: LONG_QUERIES, ...signal }),
    );
    try {
      yield* decodeBlocks(stream, columns);
    } catch (error) {
      throw clickhouseError(error, this.place);
    } finally {
      stream.destroy();
    }
  }

  /**
   * Inserts a block. One whose fate is unknown is sent again if the server recognizes it by its token.
   */
  async insert(
    table: string,
    columns: readonly NativeColumn[],
    block: NativeBlock,
    token: string,
    use: SnapshotUse,
  ): Promise<void> {
    const { settings: known } = await this.abilities();
    const recognized = known.has(TOKEN);
    const wanted: Record<string, string> = { [TOKEN]: token, max_partitions_per_insert_block: '0', async_insert: '0' };
    const settings = Object.fromEntries(Object.entries(wanted).filter(([name]) => known.has(name)));
    const query = `insert into ${table} (${columns.map(({ name }) => name).join(', ')}) format Native`;
    const bytes = encodeBlock(columns, block);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#send(query, bytes, settings, use);
        return;
      } catch (error) {
        if (!recognized || !isTemporary(error) || attempt === ATTEMPTS) throw error;
        await sleep(PAUSE);
      }
    }
  }

  #send(query: string, bytes: Buffer, clickhouse_settings: ClickHouseSettings, use: SnapshotUse): Promise<void> {
    return this.#explained(use, async (client, signal) => {
      const values = Readable.from([bytes], { objectMode: false });
      const { stream } = await client.exec({ query, values, clickhouse_settings, ...signal });
      for await (const _ of stream);
    });
  }

  abilities(): Promise<Abilities> {
    this.#abilities ??= this.#findAbilities().catch((error) => {
      this.#abilities = undefined;
      throw error;
    });
    return this.#abilities;
  }

  async #findAbilities(): Promise<Abilities> {
    const { version } = await this.row('select version() as version', 'request');
    const settings = await this.rows('select name from system.settings', 'request');
    return {
      codecs: Number(String(version).split('.', 1)[0]) >= 20,
      settings: new Set(settings.map(({ name }) => String(name))),
    };
  }

  /** Ends the statements in the background that are running. */
  interrupt(): void {
    this.#background.abort();
    this.#background = new AbortController();
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#clients).map((client) => client.close()));
  }

  async #explained<T>(
    use: SnapshotUse,
    statement: (client: ClickHouseClient, signal: { readonly abort_signal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const signal = use === 'background' ? this.#background.signal : undefined;
    try {
      return await statement(this.#clients[use], signal === undefined ? {} : { abort_signal: signal });
    } catch (error) {
      if (signal?.aborted) throw new UserError('unavailable', 'the program is stopping', { cause: error });
      throw clickhouseError(error, this.place);
    }
  }
}
