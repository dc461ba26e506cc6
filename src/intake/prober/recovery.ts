import { join } from 'node:path';
import { parseInstant } from '../../calendar/instant.ts';
import { readReason } from '../../domain/reasons.ts';
import { csvFields } from '../../lib/csv.ts';
import { createReadStream, readdir, readFile, rm } from '../../lib/world/files.ts';
import type { DayFilePosition } from '../../storage/ports/day-files.ts';
import type { Poll } from './day-file.ts';

/** Where earlier versions kept the checkpoint. */
const OLD_CHECKPOINT = 'stored.json';

type Position = Pick<DayFilePosition, 'file' | 'bytes'>;

/** Polls of the day files, and the position after the last of them. */
export interface RecoveredBatch {
  readonly polls: readonly Poll[];
  readonly position: Position;
}

/**
 * The polls in the day files after a position, in batches. The last batch ends with the last whole line, and may be
 * empty; there is none if there are no files.
 */
export async function* pollsAfter(folder: string, from: Position, batch = 10_000): AsyncGenerator<RecoveredBatch> {
  const names = await readdir(folder);
  const files = names.filter((name) => /^\d{4}-\d\d-\d\d\.csv$/.test(name) && name >= from.file).sort();
  let polls: Poll[] = [];
  let position = from;
  for (const file of files) {
    position = { file, bytes: file === from.file ? from.bytes : 0 };
    for await (const { text, end } of linesAfter(join(folder, file), position.bytes)) {
      const poll = pollOf(text);
      if (poll !== undefined) polls.push(poll);
      position = { file, bytes: end };
      if (polls.length < batch) continue;
      yield { polls, position };
      polls = [];
    }
  }
  if (files.length > 0) yield { polls, position };
}

/** The checkpoint that an earlier version left in the folder; without one, the start of all files. */
export async function oldCheckpoint(folder: string): Promise<Position> {
  try {
    const { file, bytes } = JSON.parse(await readFile(join(folder, OLD_CHECKPOINT), 'utf8')) as Partial<Position>;
    if (typeof file === 'string' && Number.isSafeInteger(bytes)) return { file, bytes: bytes ?? 0 };
  } catch {
    // Without a readable checkpoint, all files are read.
  }
  return { file: '', bytes: 0 };
}

/** The database has a newer checkpoint. A database from before that must get everything from the files. */
export function removeOldCheckpoint(folder: string): Promise<void> {
  return rm(join(folder, OLD_CHECKPOINT), { force: true });
}

/** The whole lines after a position, each with the position of its end. */
async function* linesAfter(path: string, start: number): AsyncGenerator<{ text: string; end: number }> {
  let rest = Buffer.alloc(0);
  let end = start;
  for await (const chunk of createReadStream(path, { start })) {
    const data = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let to = data.indexOf('\n'); to >= 0; to = data.indexOf('\n', from)) {
      end += to + 1 - from;
      yield { text: data.toString('utf8', from, to).replace(/\r$/, ''), end };
      from = to + 1;
    }
    rest = data.subarray(from);
  }
}

/** Parses a line with or without the column for reasons; `undefined`: it is a header or damaged. */
function pollOf(line: string): Poll | undefined {
  const [storeId = '', status, time = '', reason = ''] = csvFields(line) ?? [];
  const instant = time.endsWith(' UTC') ? parseInstant(time) : undefined;
  if (instant === undefined || (status !== 'active' && status !== 'inactive')) return undefined;
  const active = status === 'active';
  return { storeId, instant, active, reason: active ? undefined : readReason(reason) };
}
