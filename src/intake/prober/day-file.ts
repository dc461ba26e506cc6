import { join } from 'node:path';
import { csvField } from '../../lib/csv.ts';
import { makeFolder, type OpenFile, open, syncFolder } from '../../lib/world/files.ts';
import type { DayFilePosition } from '../../storage/ports/day-files.ts';
import { folderId } from './folder-id.ts';

/** One observation of a store; the instant in milliseconds. */
export interface Poll {
  readonly storeId: string;
  readonly instant: number;
  readonly active: boolean;
  /** Why it is inactive, in the form of `reasonText`. */
  readonly reason?: string | undefined;
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
  #id: string | undefined;
  #name = '';
  #file: OpenFile | undefined;
  /** Bytes that are on the disk: what a failed write left after them is removed. */
  #end = 0;
  /** Files that an earlier version created have no such column. */
  #withReasons = true;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Appends polls to the file of the day of `now`. Resolves with the end of the file when they survive a power loss. */
  async append(polls: readonly Poll[], now: number): Promise<DayFilePosition> {
    this.#id ??= await folderId(this.#folder);
    const name = dayFileOf(now);
    if (name !== this.#name) await this.close();
    const file = this.#file ?? (await this.#open(name));
    this.#file = file;
    const lines = Buffer.from(
      polls
        .filter(fitsOnLine)
        .map((poll) => pollLine(poll, this.#withReasons))
        .join(''),
    );
    if (lines.length > 0) {
      try {
        await file.appendFile(lines);
        await file.datasync();
      } catch (error) {
        // The polls are written again, so neither whole nor partial lines of them may stay.
        await file.truncate(this.#end).catch(() => {});
        await this.close().catch(() => {});
        throw error;
      }
      this.#end += lines.length;
    }
    return { folder: this.#id, file: name, bytes: this.#end };
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #open(name: string): Promise<OpenFile> {
    await makeFolder(this.#folder);
    const file = await open(join(this.#folder, name), 'a+');
    try {
      if (name === this.#name && (await file.stat()).size > this.#end) await file.truncate(this.#end);
      const kept = await dropPartialLine(file);
      if (kept === 0) {
        await file.appendFile(HEADER);
        await file.datasync();
      }
      // Not only after the header: the process that wrote it may have failed before this.
      await syncFolder(this.#folder);
      this.#withReasons = kept === 0 || (await beginsWith(file, HEADER));
      this.#end = kept === 0 ? HEADER.length : kept;
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
