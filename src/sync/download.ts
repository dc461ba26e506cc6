import { Readable, Transform, type TransformCallback } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { messageOf, systemReason, UserError } from '../errors.ts';
import { spool } from '../ingest/spool.ts';
import type { TemporaryFile } from '../temporary-file.ts';
import { VERSION } from '../version.ts';
import type { Mark } from './mark.ts';
import { stillThere } from './piece.ts';
import { type Extract, PRINTED } from './prints.ts';
import { labelOf } from './sources.ts';

export interface DownloadLimits {
  /** Milliseconds for all of it. */
  readonly timeout: number;
  readonly maxBytes: number;
}

/** What a URL had. */
export interface Download {
  readonly extract: Extract;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  remove(): Promise<void>;
}

/**
 * Fetches a URL into a temporary file, or no more of it than is new: what the server says is unchanged is not sent
 * (`undefined`), and of what only grew, the end is asked for.
 *
 * @throws UserError `unavailable` when it cannot be had, `too_large` when it is larger than what is taken
 */
export async function download(
  url: string,
  mark: Mark | undefined,
  limits: DownloadLimits,
): Promise<Download | undefined> {
  const conditions = {
    ...(mark?.etag && { 'if-none-match': mark.etag }),
    ...(mark?.lastModified && { 'if-modified-since': mark.lastModified }),
  };
  const read = mark?.read;
  if (read !== undefined && read.bytes > PRINTED) {
    const start = read.bytes - PRINTED;
    const answer = await ask(url, { ...conditions, range: `bytes=${start}-` }, limits);
    if (answer.status === 304) return undefined;
    if (answer.status === 200) return saved(url, answer, 0, limits);
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
    if (answer.status === 206 && Number(range?.[1]) === start) {
      const end = await saved(url, answer, start, limits);
      if ((await stillThere(end.extract, read)) !== undefined) return end;
      await end.remove();
    } else await answer.body?.cancel();
    return whole(url, {}, limits);
  }
  return whole(url, conditions, limits);
}

async function whole(
  url: string,
  headers: Record<string, string>,
  limits: DownloadLimits,
): Promise<Download | undefined> {
  const answer = await ask(url, headers, limits);
  if (answer.status === 304) return undefined;
  if (answer.status === 200) return saved(url, answer, 0, limits);
  await answer.body?.cancel();
  throw new UserError('unavailable', `${labelOf(url)} answers with status ${answer.status}`);
}

async function ask(address: string, headers: Record<string, string>, { timeout }: DownloadLimits): Promise<Response> {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  try {
    return await fetch(url, {
      headers: {
        // As it is: the places of bytes must be those of the file.
        'accept-encoding': 'identity',
        'user-agent': `restaurant-monitor/${VERSION}`,
        ...(username !== '' && { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
        ...headers,
      },
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    throw unreachable(address, error);
  }
}

async function saved(url: string, answer: Response, start: number, limits: DownloadLimits): Promise<Download> {
  const limit = new SizeLimit(url, limits.maxBytes);
  let file: TemporaryFile;
  try {
    const body = answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body as ReadableStream);
    file = await spool(body, limit);
  } catch (error) {
    throw error instanceof UserError ? error : unreachable(url, error);
  }
  return {
    extract: { path: file.path, start, size: start + limit.bytes },
    etag: answer.headers.get('etag') ?? undefined,
    lastModified: answer.headers.get('last-modified') ?? undefined,
    remove: file.remove,
  };
}

class SizeLimit extends Transform {
  bytes = 0;
  readonly #url: string;
  readonly #most: number;

  constructor(url: string, most: number) {
    super();
    this.#url = url;
    this.#most = most;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.#most) done(null, chunk);
    else done(new UserError('too_large', `${labelOf(this.#url)} has more than ${this.#most} bytes`));
  }
}

/** `fetch` says what is wrong in the cause of its error. */
function unreachable(url: string, error: unknown): UserError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const late = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
  const reason = late ? 'it takes too long' : systemReason(cause) || messageOf(error);
  return new UserError('unavailable', `${labelOf(url)} cannot be read: ${reason}`, { cause: error });
}
