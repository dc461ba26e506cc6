import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Logger } from 'pino';
import { formatInstant } from '../calendar/instant.ts';
import { UserError } from '../lib/errors.ts';
import { PromiseCache } from '../lib/promise-cache.ts';
import { createReadStream, stat } from '../lib/world/files.ts';
import type { ReportRecord } from '../storage/ports/report-catalog.ts';
import type { SharedResults } from '../storage/ports/storage.ts';
import { CheckedResults } from './checked-results.ts';
import type { ReportFigures } from './figures.ts';
import { type Format, renderFigures } from './formats.ts';
import { parquetFile } from './parquet.ts';
import type { Result, ResultsFolder } from './results.ts';
import { Ordered, type RowsPage, type RowsQuery } from './rows.ts';

/** The stores of all decoded results that are cached, about 150 bytes each. */
const CACHED_STORES = 300_000;

export interface ResultReaderOptions {
  readonly results: ResultsFolder;
  /** The results of other servers on the same database. */
  readonly shared: SharedResults | undefined;
  readonly log: Logger;
}

/**
 * Reads the results of finished reports, in any format. A missing or damaged CSV is rendered again from the figures, and
 * missing or damaged figures are read from the database, if that has them.
 */
export class ResultReader {
  readonly #results: CheckedResults;
  readonly #shared: SharedResults | undefined;
  /** Decoded results by id, so that another page of one needs no file. */
  readonly #decoded = new PromiseCache<Ordered>(CACHED_STORES, ({ figures }) => figures.ids.length);

  constructor({ results, shared, log }: ResultReaderOptions) {
    this.#results = new CheckedResults(results, log);
    this.#shared = shared;
  }

  /**
   * A report in a format.
   *
   * @throws UserError `conflict` when it is not complete; `gone` when its files are missing or damaged
   */
  async read(report: ReportRecord, format: Format): Promise<Result> {
    mustBeComplete(report);
    if (format === 'csv') return this.#classic(report);
    const figures = await this.#figures(report);
    if (format === 'parquet') return this.#parquet(figures);
    return { bytes: undefined, content: Readable.from(piecesOf(renderFigures(figures, format))) };
  }

  /**
   * A page of rows in some order.
   *
   * @throws UserError as `read` and `Ordered.page` do
   */
  async rows(report: ReportRecord, query: RowsQuery): Promise<RowsPage> {
    return (await this.#ordered(report)).page(query);
  }

  /** All figures of a report. @throws UserError as `read` does */
  async figures(report: ReportRecord): Promise<ReportFigures> {
    return (await this.#ordered(report)).figures;
  }

  async #ordered(report: ReportRecord): Promise<Ordered> {
    mustBeComplete(report);
    return this.#decoded.get(report.resultId, async () => new Ordered(await this.#figures(report)));
  }

  /** Drops a removed result from memory. */
  forget(id: string): void {
    this.#decoded.delete(id);
  }

  async #classic(report: ReportRecord): Promise<Result> {
    const file = await this.#results.csv(report);
    if (file !== undefined) return file;
    const figures = await this.#findFigures(report);
    if (figures !== undefined)
      return { bytes: undefined, content: Readable.from(piecesOf(renderFigures(figures, 'csv'))) };
    const kept = await this.#shared?.read(report.resultId, 'csv');
    if (kept !== undefined) return { bytes: undefined, content: Readable.from(piecesOf(kept)) };
    throw gone(report, `the result of report ${report.id} is damaged or no longer in the results folder`);
  }

  async #parquet(figures: ReportFigures): Promise<Result> {
    const file = await parquetFile(figures);
    const { size } = await stat(file.path);
    const content = createReadStream(file.path);
    content.once('close', () => void file.remove());
    return { bytes: size, content };
  }

  async #figures(report: ReportRecord): Promise<ReportFigures> {
    const figures = await this.#findFigures(report);
    if (figures !== undefined) return figures;
    throw gone(
      report,
      `the figures of report ${report.id} are damaged or no longer in the results folder, so at most the classic CSV is left`,
    );
  }

  async #findFigures(report: ReportRecord): Promise<ReportFigures | undefined> {
    const inFolder = await this.#results.figures(report);
    if (inFolder !== undefined) return inFolder;
    const shared = await this.#shared?.read(report.resultId, 'figures');
    return shared && this.#results.decode(report, await buffer(shared), 'the database');
  }
}

/** The number of bytes of a download that are sent at a time, small enough to measure its transfer rate. */
const PIECE = 16_384;

async function* piecesOf(
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE);
  }
}

function mustBeComplete({ id, status }: ReportRecord): void {
  if (status !== 'complete') throw new UserError('conflict', `the report ${id} is ${status}, not complete`);
}

function gone({ asOf }: ReportRecord, what: string): UserError {
  return new UserError('gone', `${what}; trigger a new one with "as_of": "${formatInstant(asOf)}"`);
}
