import type { SharedResultKind, SharedResults } from '../ports/storage.ts';
import type { PostgresSql } from './client.ts';
import type { Pools } from './pools.ts';

/** The most bytes of a row. */
const PART = 1_048_576;

/** Writes the figures of a report within a transaction, in place of those of an attempt that did not end. */
export async function saveFigures(sql: PostgresSql, reportId: string, content: Iterable<Uint8Array>): Promise<void> {
  await sql.list(`delete from report_results where report_id = $1 and kind = 'figures'`, [reportId]);
  await insertResult(sql, reportId, 'figures', content);
}

/** Results in rows of up to a megabyte. */
export class PostgresResults implements SharedResults {
  readonly #pools: Pools;

  constructor(pools: Pools) {
    this.#pools = pools;
  }

  async save(reportId: string, chunks: Iterable<Uint8Array>, kind: SharedResultKind = 'figures'): Promise<void> {
    await this.#pools.background.transaction(async (sql) => {
      await sql.list('delete from report_results where report_id = $1', [reportId]);
      await insertResult(sql, reportId, kind, chunks);
    });
  }

  async read(reportId: string, kind: SharedResultKind): Promise<AsyncIterable<Buffer> | undefined> {
    const first = await this.#part(reportId, kind, 0);
    return first === undefined ? undefined : this.#parts(reportId, kind, first);
  }

  async *#parts(reportId: string, kind: SharedResultKind, first: Buffer): AsyncGenerator<Buffer> {
    let content: Buffer | undefined = first;
    for (let part = 1; content !== undefined; part++) {
      yield content;
      content = await this.#part(reportId, kind, part);
    }
  }

  async #part(reportId: string, kind: SharedResultKind, part: number): Promise<Buffer | undefined> {
    const [row] = await this.#pools.requests.list(
      'select content from report_results where report_id = $1 and kind = $2 and part = $3',
      [reportId, kind, part],
    );
    return row?.content as Buffer | undefined;
  }
}

/** Adds a result in pieces. */
export async function insertResult(
  sql: PostgresSql,
  reportId: string,
  kind: SharedResultKind,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  let part = 0;
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += PART) {
      await sql.list('insert into report_results (report_id, kind, part, content) values ($1, $2, $3, $4)', [
        reportId,
        kind,
        part++,
        chunk.subarray(from, from + PART),
      ]);
    }
  }
}
