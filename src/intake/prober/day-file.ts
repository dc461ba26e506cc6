import { join } from 'node:path';
import { csvField } from '../../lib/csv.ts';
import { mkdir, type OpenFile, open } from '../../lib/world/files.ts';

/** One observation of a store; the instant in milliseconds. */
export interface Poll {
  readonly storeId: string;
  readonly instant: number;
  readonly active: boolean;
  /** Why it is inactive, in the form of `reasonText`. */
  readonly reason?: string | undefined;
}

/** A position in the day files: all earlier files, and this many bytes of this one. */
export interface Position {
  readonly file: string;
  readonly bytes: number;
}

const HEADER = 'store_id,status,timestamp_utc,reason\n';

/** Such as `a,inactive,2026-11-23 10:14:05.123 UTC,timeout`, with a line end. */
function pollLine({ storeId, instant, active, reason = '' }: Poll, withReasons: boolean): string {
  const time = new Date(instant).toISOString().replace('T', ' ').replace('Z', ' UTC');
  return `${csvField(storeId)},${active ? 'active' : 'inactive'},${time}${withReasons ? `,${csvField(reason)}` : ''}\n`;
}

/** In a feed, every line is a row. Polls of a store with a line break in its id are stored in the database only. */
function fitsOnLine({ storeId }: Poll): boolean {
  return !/[\r\n]/.test(storeId);
}

/** `2026-11-23.csv` */
export function dayFileOf(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 10)}.csv`;
}

/** How many bytes at the end of a file are searched for the last line end. */
const TAIL = 64 * 1024;

/**
 * The CSV file with the polls of a day (UTC). Whole lines are appended and never changed, so a reader that follows the
 * file can read up to the last line end at any time.
 */
export class DayFile {
  readonly #folder: string;
  #name = '';
  #file: OpenFile | undefined;
  /** Files that an earlier version created have no such column. */
  #withReasons = true;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Appends polls to the file of the day of `now`; returns the end of the file. */
  async append(polls: readonly Poll[], now: number): Promise<Position> {
    const name = dayFileOf(now);
    if (name !== this.#name) await this.close();
    const file = this.#file ?? (await this.#open(name));
    this.#file = file;
    try {
      await file.appendFile(
        polls
          .filter(fitsOnLine)
          .map((poll) => pollLine(poll, this.#withReasons))
          .join(''),
      );
      return { file: name, bytes: (await file.stat()).size };
    } catch (error) {
      // A partial line is removed when the file is opened again.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #open(name: string): Promise<OpenFile> {
    await mkdir(this.#folder, { recursive: true });
    const file = await open(join(this.#folder, name), 'a+');
    try {
      const kept = await dropPartialLine(file);
      if (kept === 0) await file.appendFile(HEADER);
      this.#withReasons = kept === 0 || (await beginsWith(file, HEADER));
      this.#name = name;
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

async function beginsWith(file: OpenFile, text: string): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(text.length), 0, text.length, 0);
  return buffer.toString('utf8', 0, bytesRead) === text;
}

/** Removes a last line that a crash or a full disk has cut off. Returns the remaining bytes. */
async function dropPartialLine(file: OpenFile): Promise<number> {
  const { size } = await file.stat();
  const start = Math.max(0, size - TAIL);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const kept = start + buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
  if (kept < size) await file.truncate(kept);
  return kept;
}
