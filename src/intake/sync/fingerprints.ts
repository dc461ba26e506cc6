import { createHash } from 'node:crypto';
import { type OpenFile, open } from '../../lib/world/files.ts';

/** How many bytes at the beginning and at the end of what was read have a fingerprint. */
export const FINGERPRINTED = 64 * 1024;

/** Hashes of the part of a file that was read. If they no longer match, that part has changed. */
export interface Fingerprints {
  /** Of the first `FINGERPRINTED` bytes. */
  readonly head: string;
  /** Of the last `FINGERPRINTED` bytes. */
  readonly tail: string;
}

/** A local file with the content of a source, from some byte on. */
export interface LocalContent {
  readonly path: string;
  /** The byte of the source with which the file begins. */
  readonly start: number;
  /** The size of the source, in bytes. */
  readonly size: number;
}

/**
 * The fingerprints of the first `length` bytes of a source.
 *
 * @param head the fingerprint of its beginning, if the local file does not contain it
 */
export async function fingerprintsOf(
  { path, start }: LocalContent,
  length: number,
  head?: string,
): Promise<Fingerprints> {
  const file = await open(path);
  try {
    return {
      head: head ?? (await digest(file, 0, Math.min(length, FINGERPRINTED))),
      tail: await digest(file, Math.max(0, length - FINGERPRINTED) - start, Math.min(length, FINGERPRINTED)),
    };
  } finally {
    await file.close();
  }
}

/** The end of the last line that ends in the bytes `[floor, end)` of a source; `floor`: there is none. */
export async function lastLineEnd({ path, start }: LocalContent, floor: number, end: number): Promise<number> {
  const file = await open(path);
  try {
    for (let upTo = end; upTo > floor; upTo = Math.max(floor, upTo - FINGERPRINTED)) {
      const from = Math.max(floor, upTo - FINGERPRINTED);
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
