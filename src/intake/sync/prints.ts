import { createHash } from 'node:crypto';
import { type OpenFile, open } from '../../lib/world/files.ts';

/** So much of the beginning and of the end of what was read is fingerprinted. */
export const PRINTED = 64 * 1024;

/** What the part of a file that was read looked like, so that it is noticed when it is not what it was. */
export interface Prints {
  /** Of its first `PRINTED` bytes. */
  readonly head: string;
  /** Of its last `PRINTED` bytes. */
  readonly tail: string;
}

/** Bytes of a source that lie in a local file. */
export interface Extract {
  readonly path: string;
  /** Which byte of the source the file begins with. */
  readonly start: number;
  /** How long the source is. */
  readonly size: number;
}

/**
 * The fingerprints of the first `length` bytes of a source.
 *
 * @param head that of its beginning, where the extract begins later
 */
export async function printsOf({ path, start }: Extract, length: number, head?: string): Promise<Prints> {
  const file = await open(path);
  try {
    return {
      head: head ?? (await digest(file, 0, Math.min(length, PRINTED))),
      tail: await digest(file, Math.max(0, length - PRINTED) - start, Math.min(length, PRINTED)),
    };
  } finally {
    await file.close();
  }
}

/** Where the last line before byte `end` of a source ends, looking no farther back than byte `floor`. */
export async function lastLineEnd({ path, start }: Extract, floor: number, end: number): Promise<number> {
  const file = await open(path);
  try {
    for (let upTo = end; upTo > floor; upTo = Math.max(floor, upTo - PRINTED)) {
      const from = Math.max(floor, upTo - PRINTED);
      const found = (await bytesOf(file, from - start, upTo - from)).lastIndexOf('\n');
      if (found >= 0) return from + found + 1;
    }
    return floor;
  } finally {
    await file.close();
  }
}

async function digest(file: OpenFile, from: number, length: number): Promise<string> {
  return createHash('sha256')
    .update(await bytesOf(file, from, length))
    .digest('base64url');
}

async function bytesOf(file: OpenFile, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}
