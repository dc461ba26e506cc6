import { constants, createReadStream } from 'node:fs';
import { access, copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { systemReason, UserError } from '../errors.ts';

const REPORT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text has the form of a report id. Only such texts ever become part of a file name. */
export function isReportId(text: string): boolean {
  return REPORT_ID.test(text);
}

export interface Result {
  /** How long it is; `undefined`: not known before it is read. */
  readonly bytes: number | undefined;
  readonly content: Readable;
}

/** The folder of finished reports: `<report_id>.csv` each, never seen half written. */
export class ResultsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws UserError `unwritable` when the folder cannot be made or written */
  async prepare(): Promise<void> {
    await this.#writing(async () => {
      await mkdir(this.path, { recursive: true });
      await access(this.path, constants.W_OK);
    });
  }

  /**
   * Writes a result under another name, then gives it its own.
   *
   * @throws UserError `unwritable` when it cannot be written; nothing of it stays behind
   */
  async write(id: string, chunks: Iterable<string>): Promise<void> {
    const partial = `${this.#file(id)}.partial`;
    await this.#writing(async () => {
      // The folder may have been cleared away since the start.
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
        await rename(partial, this.#file(id));
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    });
  }

  /** Gives a result a second id: another name of the same file, or a copy where the file system has no links. */
  async share(id: string, otherId: string): Promise<void> {
    try {
      await link(this.#file(id), this.#file(otherId));
    } catch {
      const partial = `${this.#file(otherId)}.partial`;
      await copyFile(this.#file(id), partial);
      await rename(partial, this.#file(otherId));
    }
  }

  /** Opens a result to read; `undefined` when it is not there (any more). */
  async read(id: string): Promise<Result | undefined> {
    const file = await open(this.#file(id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    const { size } = await file.stat();
    return { bytes: size, content: createReadStream('', { fd: file, start: 0 }) };
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

  #file(id: string): string {
    if (!isReportId(id)) throw new Error(`not a report id: ${id}`);
    return join(this.path, `${id}.csv`);
  }
}
