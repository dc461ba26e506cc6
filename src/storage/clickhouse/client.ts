import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import type { ServerAddress } from '../../lib/clickhouse-url.ts';
import { UserError } from '../../lib/errors.ts';
import type { Row } from '../../lib/sql.ts';
import type { SnapshotUse } from '../ports/storage.ts';
import { clickhouseError } from './errors.ts';
import { decodeBlocks, encodeBlock, type NativeBlock, type NativeColumn } from './native.ts';

/** How long a statement may be silent, milliseconds: as with PostgreSQL, a request waits for some seconds. */
const SILENCE = { request: 4_000, background: 600_000 } as const;

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

export function connectTo({ url }: ServerAddress): ConnectClickhouse {
  return (timeout) =>
    createClient({
      url,
      application: 'restaurant-monitor',
      request_timeout: timeout,
      log: { level: ClickHouseLogLevel.OFF },
    });
}

/** What a server knows, by its version. */
export interface Abilities {
  /** Compression methods of single columns. */
  readonly codecs: boolean;
  /** Whether it gives rows in the order of a table without sorting them. */
  readonly readsInOrder: boolean;
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

  /** Inserts a block, with a token by which the server may recognize it when it is sent again. */
  async insert(
    table: string,
    columns: readonly NativeColumn[],
    block: NativeBlock,
    token: string,
    use: SnapshotUse,
  ): Promise<void> {
    const { settings: known } = await this.abilities();
    const wanted: Record<string, string> = { [TOKEN]: token, max_partitions_per_insert_block: '0', async_insert: '0' };
    const settings = Object.fromEntries(Object.entries(wanted).filter(([name]) => known.has(name)));
    const query = `insert into ${table} (${columns.map(({ name }) => name).join(', ')}) format Native`;
    await this.#send(query, encodeBlock(columns, block), settings, use);
  }

  /** Whether it recognizes a block by its token. */
  async recognizes(): Promise<boolean> {
    return (await this.abilities()).settings.has(TOKEN);
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
    const known = new Set(settings.map(({ name }) => String(name)));
    return {
      codecs: Number(String(version).split('.', 1)[0]) >= 20,
      readsInOrder: known.has('optimize_read_in_order'),
      settings: known,
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
