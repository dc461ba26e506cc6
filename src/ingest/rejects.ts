import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { csvField } from '../csv.ts';
import type { Reject } from './stage.ts';

/** A CSV file `file,line,reason,row` of refused rows, made when the first one comes. */
export class RejectsFile {
  readonly path: string;
  #stream: WriteStream | undefined;
  #rows = 0;

  constructor(path: string) {
    this.path = path;
  }

  get rows(): number {
    return this.#rows;
  }

  async write({ file, line, reason, row }: Reject): Promise<void> {
    this.#stream ??= await this.#open();
    this.#rows++;
    const more = this.#stream.write(`${csvField(file)},${line},${csvField(reason)},${csvField(row)}\n`);
    if (!more) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    if (this.#stream === undefined) return;
    this.#stream.end();
    await finished(this.#stream);
  }

  async #open(): Promise<WriteStream> {
    await mkdir(dirname(this.path), { recursive: true });
    const stream = createWriteStream(this.path);
    await once(stream, 'open');
    stream.write('file,line,reason,row\n');
    return stream;
  }
}
