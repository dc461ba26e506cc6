import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { systemReason, UserError } from '../lib/errors.ts';
import { elapsed } from '../lib/world/clocks.ts';
import {
  access,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  WRITABLE,
} from '../lib/world/files.ts';

const REPORT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text has the form of a report id. Only such texts ever become part of a file name. */
export function isReportId(text: string): boolean {
  return REPORT_ID.test(text);
}

export interface Result {
  /** Its length; `undefined`: not known before it is read. */
  readonly bytes: number | undefined;
  readonly content: Readable;
}

/** The files of a finished report: the classic CSV, and its figures. */
export const RESULT_KINDS = ['csv', 'figures'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** The time for which the measured size of the folder is reused, milliseconds. */
const SIZE_INTERVAL = 5_000;

/** The folder of finished reports, each as `<report_id>.csv` and `<report_id>.figures`. Files appear only when complete. */
export class ResultsFolder {
  readonly path: string;
  #size: { readonly at: number; readonly bytes: Promise<number> } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws UserError `unwritable` when the folder cannot be made or written */
  async prepare(): Promise<void> {
    await this.#writing(async () => {
      await mkdir(this.path, { recursive: true });
      await access(this.path, WRITABLE);
    });
  }

  /**
   * Writes a result under another name, then gives it its own.
   *
   * @throws UserError `unwritable` when it cannot be written; nothing of it stays behind
   */
  async write(id: string, kind: ResultKind, chunks: Iterable<string | Uint8Array>): Promise<void> {
    const partial = `${this.#file(id, kind)}.partial`;
    await this.#writing(async () => {
      // The folder may have been removed since the start.
      await mkdir(this.path, { recursive: true });
      try {
        const file = await open(partial, 'w');
        try {
          // `write` may write less than it is given; `appendFile` does not.
          for (const chunk of chunks) await file.appendFile(chunk);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(partial, this.#file(id, kind));
        this.#size = undefined;
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    });
  }

  /** Gives a result a second id, by hard links, or copies where the file system has no links. */
  async share(id: string, otherId: string): Promise<void> {
    for (const kind of RESULT_KINDS) {
      try {
        await link(this.#file(id, kind), this.#file(otherId, kind));
      } catch {
        const partial = `${this.#file(otherId, kind)}.partial`;
        await copyFile(this.#file(id, kind), partial);
        await rename(partial, this.#file(otherId, kind));
      }
    }
  }

  /** Opens the classic CSV; `undefined`: it does not exist. */
  async read(id: string): Promise<Result | undefined> {
    const file = await there(open(this.#file(id, 'csv')));
    if (file === undefined) return undefined;
    const { size } = await file.stat();
    return { bytes: size, content: file.createReadStream({ start: 0 }) };
  }

  /** The bytes of the figures; `undefined`: they do not exist. */
  figures(id: string): Promise<Uint8Array | undefined> {
    return this.content(id, 'figures');
  }

  /** The bytes of a result as it is kept; `undefined` when they are not there (any more). */
  content(id: string, kind: ResultKind): Promise<Uint8Array | undefined> {
    return there(readFile(this.#file(id, kind)));
  }

  /** The total bytes of all results, at most some seconds old. A file with several names counts once. */
  async size(): Promise<number> {
    const now = elapsed();
    if (this.#size === undefined || now - this.#size.at > SIZE_INTERVAL)
      this.#size = { at: now, bytes: this.#measure() };
    return this.#size.bytes;
  }

  async #measure(): Promise<number> {
    const files = new Map<number, number>();
    // If the folder cannot be read, writing the next report fails with the reason.
    for (const name of await readdir(this.path).catch(() => [])) {
      const found = await there(stat(join(this.path, name)));
      if (found?.isFile()) files.set(found.ino, found.size);
    }
    return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Removes the files of a result, if any. */
  async remove(id: string): Promise<void> {
    this.#size = undefined;
    for (const kind of RESULT_KINDS) await rm(this.#file(id, kind), { force: true });
  }

  /** Removes files written before an instant (milliseconds); returns their number. */
  async removeBefore(instant: number): Promise<number> {
    let removed = 0;
    for (const name of (await there(readdir(this.path))) ?? []) {
      const [id = '', ...kind] = name.split('.');
      if (!isReportId(id) || !/^(csv|figures)(\.partial)?$/.test(kind.join('.'))) continue;
      const path = join(this.path, name);
      const { mtimeMs = instant } = (await there(stat(path))) ?? {};
      if (mtimeMs >= instant) continue;
      await rm(path, { force: true });
      removed++;
    }
    return removed;
  }

  async #writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new UserError('unwritable', `the results folder ${this.path} cannot be written: ${systemReason(error)}`, {
        cause: error,
      });
    }
  }

  #file(id: string, kind: ResultKind): string {
    if (!isReportId(id)) throw new Error(`not a report id: ${id}`);
    return join(this.path, `${id}.${kind}`);
  }
}

/** The result of a file operation; `undefined`: the file or its folder does not exist. */
async function there<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
