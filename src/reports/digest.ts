import { createHash } from 'node:crypto';
import { TimeSlice } from '../lib/time-slice.ts';
import type { FileDigest } from '../storage/ports/report-catalog.ts';

/** Bytes that are hashed at a time: about a millisecond. */
const BLOCK = 1_048_576;

/** Counts and hashes the content of a file. */
export class Digest {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
  }

  /** Call it once, at the end. */
  end(): FileDigest {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** Whether some bytes are what was written. Lets other work run in between. */
export async function matches(bytes: Uint8Array, expected: FileDigest): Promise<boolean> {
  if (bytes.length !== expected.bytes) return false;
  const digest = new Digest();
  const slice = new TimeSlice();
  for (let from = 0; from < bytes.length; from += BLOCK) {
    digest.add(bytes.subarray(from, from + BLOCK));
    await slice.yieldIfOver();
  }
  return digest.end().sha256 === expected.sha256;
}
