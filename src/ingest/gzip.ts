import { createReadStream } from 'node:fs';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { invalid, messageOf, systemReason, UserError } from '../errors.ts';
import type { TemporaryFile } from '../temporary-file.ts';
import { spool } from './spool.ts';

/** Of a compressed file: enough for a header, and no more than some 16 MB of text. */
const HEAD = 16 * 1024;
const CHUNK = 1024 * 1024;

/** Text of the first bytes of a gzip file; of all, when the file is no longer. */
export function gunzipHead(head: Buffer, size: number, label: string): Buffer {
  const finishFlush = size > HEAD ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  try {
    return gunzipSync(head.subarray(0, HEAD), { finishFlush });
  } catch (error) {
    throw damaged(label, error);
  }
}

/**
 * Unpacks a gzip file into a temporary one. DuckDB could read it as it is, but takes what it can of a file that was
 * cut off or has a wrong checksum, passes over parts of one that has many members, and says nothing of either.
 *
 * @throws UserError `invalid_input` when the file is not sound to its end
 */
export async function unpack(path: string, bytes: number, label: string): Promise<TemporaryFile> {
  const text = createGunzip({ chunkSize: CHUNK });
  const file = await spool(createReadStream(path, { highWaterMark: CHUNK }), text).catch((error) => {
    if (/^(Z_|ERR_STREAM_PREMATURE_CLOSE)/.test(codeOf(error))) throw damaged(label, error);
    const message = `${label} cannot be unpacked into a temporary file: ${systemReason(error)}`;
    throw new UserError('invalid_input', message, { cause: error });
  });
  if (text.bytesWritten === bytes) return file;
  await file.remove();
  throw damaged(label, 'something else stands behind it');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function damaged(label: string, error: unknown): UserError {
  return invalid(`${label} is damaged or cut off: it cannot be decompressed to its end (${messageOf(error)})`);
}
