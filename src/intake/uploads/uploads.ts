import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { invalid, systemReason, UserError } from '../../lib/errors.ts';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from '../../lib/world/files.ts';
import { newId } from '../../lib/world/random.ts';

const IMPORT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The folder of files that came over HTTP and wait to be imported, and of the rows that were rejected. */
export class UploadsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the folder, clears away what was half received, and returns the id that it keeps: it names this server.
   *
   * @throws UserError `unwritable` when the folder cannot be made or written
   */
  async prepare(): Promise<string> {
    return this.#writing(async () => {
      await mkdir(this.path, { recursive: true });
      for (const name of await readdir(this.path)) {
        if (name.endsWith('.partial')) await rm(join(this.path, name), { force: true });
      }
      const file = join(this.path, 'server-id');
      const known = await readFile(file, 'utf8').catch(() => '');
      if (IMPORT_ID.test(known)) return known;
      const id = newId();
      await writeFile(file, id, { flush: true });
      return id;
    });
  }

  /**
   * Writes what comes in to the disk; returns how many bytes came. Where it fails, nothing stays, and the rest of
   * `content` is left unread.
   *
   * @throws UserError `too_large`; `unwritable`; `invalid_input` when it is empty or breaks off
   */
  async receive(id: string, content: Readable, limit: number): Promise<number> {
    const partial = `${this.upload(id)}.partial`;
    try {
      const bytes = await this.#writing(() => this.#write(partial, content, limit));
      if (bytes === 0) throw invalid('the body is empty, expected the file');
      await this.#writing(() => rename(partial, this.upload(id)));
      return bytes;
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async #write(path: string, content: Readable, limit: number): Promise<number> {
    let bytes = 0;
    // The folder may have been cleared away since the start.
    await mkdir(this.path, { recursive: true });
    const file = await open(path, 'w');
    try {
      for await (const chunk of chunksOf(content)) {
        bytes += chunk.length;
        if (bytes > limit) throw tooLarge(limit);
        await file.appendFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return bytes;
  }

  /** Where the file of an import lies, if it does. */
  upload(id: string): string {
    return this.#file(id, 'upload');
  }

  /** Where the rejected rows of an import go. */
  rejects(id: string): string {
    return this.#file(id, 'rejects.csv');
  }

  async hasUpload(id: string): Promise<boolean> {
    return (await stat(this.upload(id)).catch(() => undefined)) !== undefined;
  }

  /** Opens the rejected rows to read; `undefined`: there are none. */
  async readRejects(id: string): Promise<{ bytes: number; content: Readable } | undefined> {
    const file = await open(this.rejects(id)).catch(() => undefined);
    if (file === undefined) return undefined;
    const { size } = await file.stat();
    return { bytes: size, content: file.createReadStream({ start: 0 }) };
  }

  async removeUpload(id: string): Promise<void> {
    await rm(this.upload(id), { force: true });
  }

  /** Takes away all that there is of an import. */
  async remove(id: string): Promise<void> {
    await this.removeUpload(id);
    await rm(this.rejects(id), { force: true });
  }

  /** Takes away rejects that were written before an instant (milliseconds). */
  async removeRejectsBefore(instant: number): Promise<void> {
    for (const name of await readdir(this.path).catch(() => [])) {
      if (!name.endsWith('.rejects.csv')) continue;
      const path = join(this.path, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && found.mtimeMs < instant) await rm(path, { force: true });
    }
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError('unwritable', `the uploads folder ${this.path} cannot be written: ${systemReason(error)}`, {
        cause: error,
      });
    }
  }

  #file(id: string, ending: string): string {
    if (!IMPORT_ID.test(id)) throw new Error(`not an import id: ${id}`);
    return join(this.path, `${id}.${ending}`);
  }
}

export function tooLarge(limit: number): UserError {
  return new UserError(
    'too_large',
    `the file is larger than ${limit} bytes, which is the most that is taken (MAX_UPLOAD_BYTES); compress it, ` +
      'divide it, or import it on the server itself (restaurant-monitor import)',
  );
}

/** A stream that is given up is not destroyed: its connection may still carry the answer. */
async function* chunksOf(content: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of content.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (error) {
    throw new UserError('invalid_input', 'the upload broke off before its end', { cause: error });
  }
}
