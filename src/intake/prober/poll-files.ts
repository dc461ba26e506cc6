import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseInstant } from '../../calendar/instant.ts';
import { readReason } from '../../domain/reasons.ts';
import { csvFields } from '../../lib/csv.ts';
import type { Poll, Position } from './day-file.ts';

/** Says how far the database has what the folder's files hold. */
const MARK = 'stored.json';

/** Notes that all up to here is in the database. */
export async function writeMark(folder: string, position: Position): Promise<void> {
  const path = join(folder, MARK);
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.partial`, `${JSON.stringify(position)}\n`);
  await rename(`${path}.partial`, path);
}

/**
 * The polls in the folder's files that the database may not have: those that a program wrote down and did not live, or
 * did not reach the database, to hand on. In batches.
 */
export async function* unstoredPolls(folder: string, batch = 10_000): AsyncGenerator<Poll[]> {
  const mark = await readMark(folder);
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^\d{4}-\d\d-\d\d\.csv$/.test(name) && name >= mark.file).sort();
  let polls: Poll[] = [];
  for (const name of files) {
    const start = name === mark.file ? mark.bytes : 0;
    const lines = createInterface({ input: createReadStream(join(folder, name), { start }), crlfDelay: Infinity });
    for await (const line of lines) {
      const poll = pollOf(line);
      if (poll !== undefined) polls.push(poll);
      if (polls.length < batch) continue;
      yield polls;
      polls = [];
    }
  }
  if (polls.length > 0) yield polls;
}

async function readMark(folder: string): Promise<Position> {
  try {
    const { file, bytes } = JSON.parse(await readFile(join(folder, MARK), 'utf8')) as Partial<Position>;
    if (typeof file === 'string' && Number.isSafeInteger(bytes)) return { file, bytes: bytes ?? 0 };
  } catch {
    // There is none yet, or it cannot be read: all is looked through then.
  }
  return { file: '', bytes: 0 };
}

/** A poll of a day file, with or without the column for reasons; `undefined` for a header or a line that was cut off. */
function pollOf(line: string): Poll | undefined {
  const [storeId = '', status, time = '', reason = ''] = csvFields(line) ?? [];
  const instant = time.endsWith(' UTC') ? parseInstant(time) : undefined;
  if (instant === undefined || (status !== 'active' && status !== 'inactive')) return undefined;
  const active = status === 'active';
  return { storeId, instant, active, reason: active ? undefined : readReason(reason) };
}
