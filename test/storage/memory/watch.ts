import type { CoverageGap, CoverageGaps } from '../../../src/storage/ports/coverage-gaps.ts';
import type { DayFileCheckpoints, DayFilePosition, DayFileStep } from '../../../src/storage/ports/day-files.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

/** The coverage gaps. */
export class MemoryCoverageGaps implements CoverageGaps {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async save({ id, server, from, until, reason, unobserved }: CoverageGap, now: number): Promise<void> {
    this.#database.change((transaction) => {
      const before = transaction.get('coverage_gaps', id) ?? { gap_id: id, server, from_ms: from, reason };
      transaction.set('coverage_gaps', id, { ...before, until_ms: until ?? null, unobserved, saved_ms: now });
    });
  }

  async endAbandoned(before: number): Promise<void> {
    this.#database.change((transaction) => {
      for (const [id, gap] of transaction.table('coverage_gaps')) {
        if (gap.until_ms !== null || gap.saved_ms >= before) continue;
        transaction.set('coverage_gaps', id, { ...gap, until_ms: gap.saved_ms });
      }
    });
  }

  async list(from: number, to: number): Promise<CoverageGap[]> {
    return [...this.#database.table('coverage_gaps').values()]
      .filter(({ from_ms, until_ms }) => from_ms < to && (until_ms === null || until_ms > from))
      .sort((a, b) => a.from_ms - b.from_ms || (a.gap_id < b.gap_id ? -1 : 1))
      .map(({ gap_id, server, from_ms, until_ms, reason, unobserved }) => ({
        ...{ id: gap_id, server, from: from_ms, until: until_ms ?? undefined, reason, unobserved },
      }));
  }
}

/** The checkpoints of day files. */
export class MemoryDayFileCheckpoints implements DayFileCheckpoints {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async find(folder: string): Promise<DayFilePosition | undefined> {
    const row = this.#database.table('day_file_checkpoints').get(folder);
    return row && { folder, file: row.file, bytes: row.bytes };
  }
}

/** Saves a checkpoint, unless the database has another one than the step begins with. */
export function saveCheckpoint(transaction: Transaction, { after, upTo }: DayFileStep): void {
  const { folder, file, bytes } = upTo;
  const before = transaction.get('day_file_checkpoints', folder);
  const isExpected = after === undefined ? !before : before?.file === after.file && before.bytes === after.bytes;
  if (isExpected) transaction.set('day_file_checkpoints', folder, { folder_id: folder, file, bytes });
}
