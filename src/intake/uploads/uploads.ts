import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { invalid, systemReason, UserError } from '../../lib/errors.ts';
import { isUuid } from '../../lib/uuid.ts';
import {
  ifThere,
  makeFolder,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  syncFolder,
  writeWhole,
} from '../../lib/world/files.ts';
import { newId } from '../../lib/world/random.ts';

/** A file that is read to its end or destroyed. */
export interface KeptFile {
  readonly bytes: number;
  readonly content: Readable;
}

const MAGIC_BYTES = 4;

/** The media type of a feed by its first bytes. */
function mediaTypeOf(head: Buffer): string {
  if (head.toString('latin1') === 'PAR1') return 'application/vnd.apache.parquet';
  return head[0] === 0x1f && head[1] === 0x8b ? 'application/gzip' : 'text/csv';
}

/** The folder of uploaded files that wait to be imported, and of rejected rows. */
export class UploadsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Creates the folder, deletes incomplete uploads, and returns the id of this server, which the folder keeps.
   *
   * @throws UserError `unwritable` when the folder cannot be created or written
   */
  async prepare(): Promise<string> {
    return this.#writing(async () => {
      await makeFolder(this.path);
      for (const name of await readdir(this.path)) {
        if (name.endsWith('.partial')) await rm(join(this.path, name), { force: true });
      }
      const file = join(this.path, 'server-id');
      const known = await ifThere(readFile(file, 'utf8'));
      if (known !== undefined && isUuid(known)) return known;
      const id = newId();
      await writeWhole(file, id);
      return id;
    });
  }

  /**
   * Writes an upload to the disk. Resolves with its size in bytes when it survives a power loss. On failure nothing is kept,
   * and the rest of `content` stays unread.
   *
   * @param fileName its name in messages
   * @throws UserError `too_large`; `unwritable`; `invalid_input` when it is empty or incomplete
   */
  async receive(id: string, fileName: string, content: Readable, limit: number): Promise<number> {
    const partial = `${this.upload(id)}.partial`;
    try {
      const bytes = await this.#writing(() => this.#write(partial, content, limit));
      if (bytes === 0) throw invalid(`the file "${fileName}" is empty`);
      await this.#writing(async () => {
        await rename(partial, this.upload(id));
        await syncFolder(this.path);
      });
      return bytes;
    } catch (error) {
      for (const path of [partial, this.upload(id)]) await rm(path, { force: true });
      throw error;
    }
  }

  async #write(path: string, content: Readable, limit: number): Promise<number> {
    let bytes = 0;
    // The folder may have been deleted since the start.
    await makeFolder(this.path);
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

  /** The path of the file of an import. */
  upload(id: string): string {
    return this.#file(id, 'upload');
  }

  /** The path of the rejected rows of an import. */
  rejects(id: string): string {
    return this.#file(id, 'rejects.csv');
  }

  async hasUpload(id: string): Promise<boolean> {
    return (await ifThere(stat(this.upload(id)))) !== undefined;
  }

  /** The ids of the imports that have a file here. */
  async ids(): Promise<string[]> {
    return (await readdir(this.path)).map((name) => /^(.*)\.upload$/.exec(name)?.[1] ?? '').filter((id) => isUuid(id));
  }

  /** Opens the rejected rows of an import; `undefined`: there are none. */
  async readRejects(id: string): Promise<KeptFile | undefined> {
    const file = await ifThere(open(this.rejects(id)));
    if (file === undefined) return undefined;
    const { size } = await file.stat();
    return { bytes: size, content: file.createReadStream({ start: 0 }) };
  }

  /** Opens the file of an import as it was sent; `undefined`: it is not here. */
  async readUpload(id: string): Promise<(KeptFile & { readonly mediaType: string }) | undefined> {
    const file = await ifThere(open(this.upload(id)));
    if (file === undefined) return undefined;
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    const mediaType = mediaTypeOf(buffer.subarray(0, bytesRead));
    return { bytes: size, mediaType, content: file.createReadStream({ start: 0 }) };
  }

  async removeUpload(id: string): Promise<void> {
    await rm(this.upload(id), { force: true });
  }

  /** Deletes the files of an import. */
  async remove(id: string): Promise<void> {
    await this.removeUpload(id);
    await rm(this.rejects(id), { force: true });
  }

  /** Deletes rejects that were written before an instant (milliseconds). */
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
    if (!isUuid(id)) throw new Error(`not an import id: ${id}`);
    return join(this.path, `${id}.${ending}`);
  }
}

export function tooLarge(limit: number): UserError {
  return new UserError(
    'too_large',
    `the file is larger than ${limit} bytes, the limit of MAX_UPLOAD_BYTES; compress it, ` +
      'split it, or import it on the server itself (restaurant-monitor import)',
  );
}

/** Does not destroy the stream when reading stops: its connection may still carry the response. */
async function* chunksOf(content: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of content.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (error) {
    throw new UserError('invalid_input', 'the upload ended before its end was received', { cause: error });
  }
}
