import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { systemReason, UserError } from '../lib/errors.ts';
import { isUuid, UUID } from '../lib/uuid.ts';
import { elapsed } from '../lib/world/clocks.ts';
import {
  access,
  type FileStatus,
  ifThere,
  makeFolder,
  type OpenFile,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  syncFolder,
  WRITABLE,
} from '../lib/world/files.ts';
import type { FileDigest, ReportRecord } from '../storage/ports/report-catalog.ts';
import { Digest } from './digest.ts';

const FILE_NAME = new RegExp(`^(${UUID})(?:\\.(${UUID}))?\\.(?:csv|figures)(?:\\.partial)?$`);

/** Whether a text has the form of a report id, as an attempt has. Only such texts ever become part of a file name. */
export function isReportId(text: string): boolean {
  return isUuid(text);
}

/** Which attempt wrote the files of a result. */
export interface ResultName {
  /** The report that computed the result. */
  readonly id: string;
  /** `undefined`: an earlier version wrote them. */
  readonly attempt: string | undefined;
}

/** The name of the files that a complete report is read from. */
export function nameOf({ resultId, files }: ReportRecord): ResultName {
  return { id: resultId, attempt: files?.attempt };
}

export interface Result {
  /** Its length; `undefined`: not known before it is read. */
  readonly bytes: number | undefined;
  readonly content: Readable;
}

/** An open file of a result. The one who opened it closes it, or reads it to its end. */
export interface OpenResult {
  readonly path: string;
  readonly file: OpenFile;
  readonly status: FileStatus;
}

/** The files of a finished report: the classic CSV, and its figures. */
export const RESULT_KINDS = ['csv', 'figures'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** The time for which the measured size of the folder is reused, milliseconds. */
const SIZE_INTERVAL = 5_000;

/**
 * The folder of finished reports, each as `<report_id>.<attempt>.csv` and `<report_id>.<attempt>.figures`; those of
 * earlier versions have no attempt in their names. Files appear only when complete, and are never replaced.
 */
export class ResultsFolder {
  readonly path: string;
  #size: { readonly at: number; readonly bytes: Promise<number> } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws UserError `unwritable` when the folder cannot be made or written */
  async prepare(): Promise<void> {
    await this.#writing(async () => {
      await makeFolder(this.path);
      await access(this.path, WRITABLE);
    });
  }

  /**
   * Writes a result under another name, then gives it its own. Resolves with the digest of what it wrote when the file
   * survives a power loss.
   *
   * @throws UserError `unwritable` when it cannot be written; no partial file stays behind
   */
  async write(name: ResultName, kind: ResultKind, chunks: Iterable<string | Uint8Array>): Promise<FileDigest> {
    const partial = `${this.#file(name, kind)}.partial`;
    return this.#writing(async () => {
      const digest = new Digest();
      // The folder may have been removed since the start.
      await makeFolder(this.path);
      try {
        const file = await open(partial, 'w');
        try {
          // `write` may write less than it is given; `appendFile` does not.
          for (const chunk of chunks) {
            const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
            digest.add(bytes);
            await file.appendFile(bytes);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(partial, this.#file(name, kind));
        await syncFolder(this.path);
        this.#size = undefined;
        return digest.end();
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    });
  }

  /** Opens the classic CSV; `undefined`: it does not exist. */
  async open(name: ResultName): Promise<OpenResult | undefined> {
    const path = this.#file(name, 'csv');
    const file = await ifThere(open(path));
    return file && { path, file, status: await file.stat() };
  }

  /** The bytes of the figures; `undefined`: they do not exist. */
  figures(name: ResultName): Promise<Uint8Array | undefined> {
    return this.content(name, 'figures');
  }

  /** The bytes of a result as it is kept; `undefined` when they are not there (anymore). */
  content(name: ResultName, kind: ResultKind): Promise<Uint8Array | undefined> {
    return ifThere(readFile(this.#file(name, kind)));
  }

  /** The total bytes of all results, at most some seconds old. */
  async size(): Promise<number> {
    const now = elapsed();
    if (this.#size === undefined || now - this.#size.at > SIZE_INTERVAL)
      this.#size = { at: now, bytes: this.#measure() };
    return this.#size.bytes;
  }

  async #measure(): Promise<number> {
    // Of earlier versions, the reports that share a result are links to one file.
    const files = new Map<number, number>();
    // If the folder cannot be read, writing the next report fails with the reason.
    for (const name of await readdir(this.path).catch(() => [])) {
      const found = await stat(join(this.path, name)).catch(() => undefined);
      if (found?.isFile()) files.set(found.ino, found.size);
    }
    return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Removes the files of a result, if any. */
  async remove(name: ResultName): Promise<void> {
    this.#size = undefined;
    for (const kind of RESULT_KINDS) await rm(this.#file(name, kind), { force: true });
  }

  /**
   * Removes the files of attempts that neither run nor completed their report; returns their number. Files of unknown
   * reports stay: the folder may be that of another database.
   *
   * @param attempts the attempt of each report that runs or is complete; asked only if there are files of attempts
   */
  async removeLeftOvers(attempts: () => Promise<ReadonlyMap<string, string | undefined>>): Promise<number> {
    const files = (await this.#files()).filter(({ attempt }) => attempt !== undefined);
    if (files.length === 0) return 0;
    // Asked after the folder was read: an attempt is claimed before it writes.
    const held = await attempts();
    const leftOver = files.filter(({ id, attempt }) => held.has(id) && held.get(id) !== attempt);
    for (const { path } of leftOver) await rm(path, { force: true });
    return leftOver.length;
  }

  /** Removes files written before an instant (milliseconds); returns their number. */
  async removeBefore(instant: number): Promise<number> {
    let removed = 0;
    for (const { path } of await this.#files()) {
      const { mtimeMs = instant } = (await ifThere(stat(path))) ?? {};
      if (mtimeMs >= instant) continue;
      await rm(path, { force: true });
      removed++;
    }
    return removed;
  }

  /** All files of results, also unfinished ones. */
  async #files(): Promise<(ResultName & { readonly path: string })[]> {
    return ((await ifThere(readdir(this.path))) ?? []).flatMap((name) => {
      const [, id, attempt] = FILE_NAME.exec(name) ?? [];
      return id === undefined ? [] : [{ id, attempt, path: join(this.path, name) }];
    });
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new UserError('unwritable', `the results folder ${this.path} cannot be written: ${systemReason(error)}`, {
        cause: error,
      });
    }
  }

  #file({ id, attempt }: ResultName, kind: ResultKind): string {
    for (const part of [id, attempt ?? id]) if (!isReportId(part)) throw new Error(`not an id: ${part}`);
    return join(this.path, `${attempt === undefined ? id : `${id}.${attempt}`}.${kind}`);
  }
}
