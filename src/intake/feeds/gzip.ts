import { Transform } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { invalid, messageOf, systemReason, UserError } from '../../lib/errors.ts';
import type { TemporaryFile } from '../../lib/temporary-file.ts';
import { createReadStream } from '../../lib/world/files.ts';
import { checkUnpacked, type FeedLimits } from './limits.ts';
import { spool } from './spool.ts';

/** The bytes read of a compressed file: enough for a header, and at most about 16 MB of text. */
const HEAD = 16 * 1024;
const CHUNK = 1024 * 1024;

/** The text of the first bytes of a gzip file. */
export function gunzipHead(head: Buffer, size: number, label: string): Buffer {
  const finishFlush = size > HEAD ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  try {
    return gunzipSync(head.subarray(0, HEAD), { finishFlush });
  } catch (error) {
    throw damaged(label, error);
  }
}

/**
 * Unpacks a gzip file into a temporary one. DuckDB can read gzip, but silently accepts truncated files and wrong
 * checksums, and skips parts of a file with many members.
 *
 * @throws UserError `invalid_input` when the file is damaged, or its text exceeds the limit; `unwritable` when the
 * temporary file cannot be written
 */
export async function unpack(path: string, bytes: number, label: string, limits: FeedLimits): Promise<TemporaryFile> {
  const text = createGunzip({ chunkSize: CHUNK });
  const packed = createReadStream(path, { highWaterMark: CHUNK });
  const file = await spool(packed, text, bounded(label, bytes, limits)).catch((error) => {
    if (error instanceof UserError) throw error;
    if (/^(Z_|ERR_STREAM_PREMATURE_CLOSE)/.test(codeOf(error))) throw damaged(label, error);
    const message = `${label} cannot be unpacked into a temporary file: ${systemReason(error)}`;
    throw new UserError('unwritable', message, { cause: error });
  });
  if (text.bytesWritten === bytes) return file;
  await file.remove();
  throw damaged(label, 'other data follows it');
}

/** Passes text through up to the limit. */
function bounded(label: string, packed: number, limits: FeedLimits): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      try {
        checkUnpacked(label, packed, bytes, limits);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function damaged(label: string, error: unknown): UserError {
  return invalid(`${label} is damaged or truncated: it cannot be decompressed to its end (${messageOf(error)})`);
}
