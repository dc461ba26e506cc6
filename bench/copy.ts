import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

const PIECE = 1 << 20;

export type Shape = 'partitioned' | 'whole';

/** Bare copies with the driver that the product uses. */
export class BareCopy {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<BareCopy> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new BareCopy(client);
  }

  async run(sql: string): Promise<pg.QueryResult> {
    return this.#client.query(sql);
  }

  /** Reads and discards the rows of a query; returns their bytes. */
  async drain(query: string): Promise<number> {
    let bytes = 0;
    const stream = this.#client.query(copyTo(`copy (${query}) to stdout (format binary)`));
    for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
    return bytes;
  }

  /** Reads the rows of a query as one buffer for `fill`. */
  read(query: string): Promise<Buffer> {
    return buffer(this.#client.query(copyTo(`copy (${query}) to stdout (format binary)`)));
  }

  /** Creates an empty table `bare` with the columns and the index of `polls`, and optionally its partitions. */
  async prepare(shape: Shape): Promise<void> {
    await this.run('drop table if exists bare');
    await this.run(
      `create table bare (like polls including all) ${shape === 'whole' ? '' : 'partition by range (instant)'}`,
    );
    if (shape === 'whole') return;
    const { rows } = await this.run(`
      select pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'polls'::regclass`);
    for (const [i, { bound }] of rows.entries()) await this.run(`create table bare_${i} partition of bare ${bound}`);
  }

  /** @param columns those of the rows; the others keep their defaults */
  async fill(columns: string, rows: Buffer): Promise<void> {
    const stream = this.#client.query(copyFrom(`copy bare (${columns}) from stdin (format binary)`));
    const done = finished(stream);
    for (let at = 0; at < rows.length; at += PIECE) {
      if (!stream.write(rows.subarray(at, at + PIECE))) await Promise.race([once(stream, 'drain'), done]);
    }
    stream.end();
    await done;
  }

  end(): Promise<void> {
    return this.#client.end();
  }
}
