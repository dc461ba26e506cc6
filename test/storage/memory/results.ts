import type { SharedResultKind, SharedResults } from '../../../src/storage/ports/storage.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

/** The results of finished reports. */
export class MemoryResults implements SharedResults {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async save(reportId: string, chunks: Iterable<Uint8Array>, kind: SharedResultKind = 'figures'): Promise<void> {
    this.#database.change((transaction) => saveResult(transaction, reportId, kind, chunks));
  }

  async read(reportId: string, kind: SharedResultKind): Promise<AsyncIterable<Buffer> | undefined> {
    const result = this.#database.table('report_results').get(keyOf(reportId, kind));
    return result && piecesOf(result);
  }
}

/** Keeps a result in place of an earlier one of this report. */
export function saveResult(
  transaction: Transaction,
  reportId: string,
  kind: SharedResultKind,
  chunks: Iterable<Uint8Array>,
): void {
  deleteResults(transaction, reportId);
  transaction.set('report_results', keyOf(reportId, kind), Buffer.concat([...chunks]));
}

export function deleteResults(transaction: Transaction, reportId: string): void {
  for (const kind of ['figures', 'csv'] as const) transaction.delete('report_results', keyOf(reportId, kind));
}

function keyOf(reportId: string, kind: SharedResultKind): string {
  return `${reportId} ${kind}`;
}

async function* piecesOf(result: Buffer): AsyncGenerator<Buffer> {
  yield result;
}
