import { dirname } from 'node:path';
import { spreadsheetField } from '../../lib/csv.ts';
import { systemReason, UserError } from '../../lib/errors.ts';
import { makeFolder, type OpenFile, open, syncFolder } from '../../lib/world/files.ts';
import type { Reject } from './list-rejects.ts';

const BUFFER = 64 * 1024;

/** A CSV file `file,line,reason,row` of bad rows, created with the first one. */
export class RejectsFile {
  readonly path: string;
  #file: OpenFile | undefined;
  #pending = '';
  #rows = 0;

  constructor(path: string) {
    this.path = path;
  }

  get rows(): number {
    return this.#rows;
  }

  /** @throws UserError `unwritable` when the file cannot be written */
  async write({ file, line, reason, row }: Reject): Promise<void> {
    if (this.#rows === 0) this.#pending = 'file,line,reason,row\n';
    this.#rows++;
    this.#pending += `${spreadsheetField(file)},${line},${spreadsheetField(reason)},${spreadsheetField(row)}\n`;
    if (this.#rows === 1 || this.#pending.length > BUFFER) await this.#flush();
  }

  /**
   * Resolves when the rows survive a power loss.
   *
   * @throws UserError `unwritable` when the rest of the file cannot be written
   */
  async close(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    try {
      await this.#flush();
      await this.#writing(() => file.sync());
      await this.#writing(() => syncFolder(dirname(this.path)));
    } finally {
      await file.close();
    }
  }

  #flush(): Promise<void> {
    return this.#writing(async () => {
      this.#file ??= await this.#open();
      await this.#file.appendFile(this.#pending);
      this.#pending = '';
    });
  }

  async #open(): Promise<OpenFile> {
    await makeFolder(dirname(this.path));
    return open(this.path, 'w');
  }

  async #writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const message = `the rejects cannot be written to ${this.path}: ${systemReason(error)}`;
      throw new UserError('unwritable', message, { cause: error });
    }
  }
}
