import type { Sql } from '../../lib/sql.ts';
import type { DayFileCheckpoints, DayFilePosition } from '../ports/day-files.ts';
import type { PollBatch } from '../ports/storage.ts';

export class SqlDayFileCheckpoints implements DayFileCheckpoints {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(folder: string): Promise<DayFilePosition | undefined> {
    const [row] = await this.#sql.rows('select file, bytes from day_file_checkpoints where folder_id = $folder', {
      folder,
    });
    return row && { folder, file: String(row.file), bytes: Number(row.bytes) };
  }
}

/** Saves the checkpoints of batches, in the transaction that appends their polls. */
export async function saveCheckpoints(sql: Sql, batches: readonly PollBatch[]): Promise<void> {
  for (const { step } of batches) {
    if (step === undefined) continue;
    const { after, upTo } = step;
    if (after !== undefined) {
      await sql.run(
        `update day_file_checkpoints set file = $file, bytes = $bytes::bigint
         where folder_id = $folder and file = $from_file and bytes = $from_bytes::bigint`,
        { ...upTo, from_file: after.file, from_bytes: after.bytes },
      );
    } else {
      await sql.run(
        `insert into day_file_checkpoints (folder_id, file, bytes)
         select $folder, $file, $bytes::bigint
         where not exists (select 1 from day_file_checkpoints where folder_id = $folder)`,
        { ...upTo },
      );
    }
  }
}
