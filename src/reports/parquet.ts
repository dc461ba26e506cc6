import { writeParquet } from '../duckdb/parquet.ts';
import { type TemporaryFile, temporaryFile } from '../lib/temporary-file.ts';
import type { ReportFigures } from './figures.ts';
import { exactColumns } from './quantities.ts';

/** Writes a report as a temporary Parquet file, with the columns of `exactColumns`. */
export async function parquetFile(figures: ReportFigures): Promise<TemporaryFile> {
  const file = await temporaryFile('report.parquet');
  try {
    await writeParquet(file.path, exactColumns(figures));
    return file;
  } catch (error) {
    await file.remove();
    throw error;
  }
}
