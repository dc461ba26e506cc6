import { formatInstant } from '../calendar/instant.ts';
import type { OutputColumn } from '../lib/columns.ts';
import { type TemporaryFile, temporaryFile } from '../lib/temporary-file.ts';
import { firstPollIn, pollsCounted, type ReportFigures } from './figures.ts';
import { exactName, namedDetails, namedFigures } from './quantities.ts';

/** Writes columns of one length as a Parquet file. */
export type WriteParquet = (path: string, columns: readonly OutputColumn[]) => Promise<void>;

/** A report as a temporary Parquet file: `store_id`, the twelve quantities in seconds, `polls_counted`, `first_poll` (RFC 3339; null: not in the last week), details if any. */
export async function parquetFile(figures: ReportFigures, write: WriteParquet): Promise<TemporaryFile> {
  const file = await temporaryFile('report.parquet');
  try {
    await write(file.path, columnsOf(figures));
    return file;
  } catch (error) {
    await file.remove();
    throw error;
  }
}

function columnsOf(figures: ReportFigures): OutputColumn[] {
  const { ids } = figures;
  const { length } = ids;
  const counted = pollsCounted(figures);
  const firstPoll = firstPollIn(figures);
  return [
    { name: 'store_id', type: 'varchar', length, at: (row) => ids[row] as string },
    ...namedFigures(figures).map(({ name, of }) => ({
      name: `${name}_seconds`,
      type: 'double' as const,
      length,
      at: (row: number) => of(row) / 1000,
    })),
    { name: 'polls_counted', type: 'integer', length, at: (row) => counted[row] as number },
    {
      name: 'first_poll',
      type: 'varchar',
      length,
      nullable: true,
      at: (row) => {
        const instant = firstPoll(row);
        return instant === undefined ? null : formatInstant(instant);
      },
    },
    ...namedDetails(figures).map((detail) => ({
      name: exactName(detail),
      type: detail.isTime ? ('double' as const) : ('integer' as const),
      length,
      at: (row: number) => (detail.values[row] as number) / (detail.isTime ? 1000 : 1),
    })),
  ];
}
