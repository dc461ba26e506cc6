import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseInstant } from '../../calendar/instant.ts';
import { readReason } from '../../domain/reasons.ts';
import { csvFields } from '../../lib/csv.ts';
import { createReadStream, mkdir, readdir, readFile, rename, writeFile } from '../../lib/world/files.ts';
import type { Poll, Position } from './day-file.ts';

/** Holds the checkpoint: the position up to which the database has the polls of the day files. */
const CHECKPOINT = 'stored.json';

/** Saves the position up to which the database has all polls. */
export async function saveCheckpoint(folder: string, position: Position): Promise<void> {
  const path = join(folder, CHECKPOINT);
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.partial`, `${JSON.stringify(position)}\n`);
  await rename(`${path}.partial`, path);
}

/** The polls in the day files after the checkpoint, in batches. The database may have some of them. */
export async function* unstoredPolls(folder: string, batch = 10_000): AsyncGenerator<Poll[]> {
  const checkpoint = await readCheckpoint(folder);
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^\d{4}-\d\d-\d\d\.csv$/.test(name) && name >= checkpoint.file).sort();
  let polls: Poll[] = [];
  for (const name of files) {
    const start = name === checkpoint.file ? checkpoint.bytes : 0;
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

async function readCheckpoint(folder: string): Promise<Position> {
  try {
    const { file, bytes } = JSON.parse(await readFile(join(folder, CHECKPOINT), 'utf8')) as Partial<Position>;
    if (typeof file === 'string' && Number.isSafeInteger(bytes)) return { file, bytes: bytes ?? 0 };
  } catch {
    // Without a readable checkpoint, all files are read.
  }
  return { file: '', bytes: 0 };
}

/** Parses a line with or without the column for reasons; `undefined`: it is a header or a partial line. */
function pollOf(line: string): Poll | undefined {
  const [storeId = '', status, time = '', reason = ''] = csvFields(line) ?? [];
  const instant = time.endsWith(' UTC') ? parseInstant(time) : undefined;
  if (instant === undefined || (status !== 'active' && status !== 'inactive')) return undefined;
  const active = status === 'active';
  return { storeId, instant, active, reason: active ? undefined : readReason(reason) };
}
