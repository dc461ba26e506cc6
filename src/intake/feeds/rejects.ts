import { dirname } from 'node:path';
import { spreadsheetField } from '../../lib/csv.ts';
import { invalid, systemReason } from '../../lib/errors.ts';
import { mkdir, type OpenFile, open } from '../../lib/world/files.ts';
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

  /** @throws UserError `invalid_input` when the file cannot be written */
  async write({ file, line, reason, row }: Reject): Promise<void> {
    if (this.#rows === 0) this.#pending = 'file,line,reason,row\n';
    this.#rows++;
    this.#pending += `${spreadsheetField(file)},${line},${spreadsheetField(reason)},${spreadsheetField(row)}\n`;
    if (this.#rows === 1 || this.#pending.length > BUFFER) await this.#flush();
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return;
    try {
      await this.#flush();
    } finally {
      await this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    try {
      this.#file ??= await this.#open();
      await this.#file.appendFile(this.#pending);
      this.#pending = '';
    } catch (error) {
      throw invalid(`the rejects cannot be written to ${this.path}: ${systemReason(error)}`);
    }
  }

  async #open(): Promise<OpenFile> {
    await mkdir(dirname(this.path), { recursive: true });
    return open(this.path, 'w');
  }
}
