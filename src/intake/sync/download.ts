import { isIP } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { UserError } from '../../lib/errors.ts';
import type { TemporaryFile } from '../../lib/temporary-file.ts';
import { now } from '../../lib/world/clocks.ts';
import { AddressGuard, AddressRefused } from '../../outbound/addresses.ts';
import type { Answer } from '../../outbound/answer.ts';
import { Exchanger } from '../../outbound/exchange.ts';
import { codeOf, ExchangeFailed } from '../../outbound/faults.ts';
import { follow, RedirectFailed } from '../../outbound/follow.ts';
import { GuardedResolver, resolveBySystem } from '../../outbound/resolver.ts';
import { isPacked } from '../../outbound/unpack.ts';
import { spool } from '../feeds/spool.ts';
import type { Mark } from './mark.ts';
import { stillThere } from './piece.ts';
import { type Extract, PRINTED } from './prints.ts';
import { credentialsOf, labelOf } from './sources.ts';

export interface DownloadOptions {
  /** Milliseconds for one request, up to the end of its body. */
  readonly timeout: number;
  readonly maxBytes: number;
  /** Networks, such as `10.1.0.0/16`, that may be asked though they are not public. */
  readonly allowPrivate: readonly string[];
}

/** What a URL had. */
export interface Download {
  readonly extract: Extract;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  remove(): Promise<void>;
}

const MOST_REDIRECTS = 10;

/**
 * Fetches a URL into a temporary file, or no more of it than is new: what the server says is unchanged is not sent
 * (`undefined`), and of what only grew, the end is asked for. Asked are public addresses, those that are allowed, and
 * the address that the URL itself names.
 *
 * @throws UserError `unavailable` when it cannot be had, `too_large` when it is larger than what is taken
 */
export async function download(
  url: string,
  mark: Mark | undefined,
  options: DownloadOptions,
): Promise<Download | undefined> {
  const guard = new AddressGuard([...options.allowPrivate, ...addressesNamedBy(new URL(url))]);
  const exchanger = new Exchanger(new GuardedResolver(guard, resolveBySystem, now));
  try {
    return await new Downloading(url, exchanger, options).whatIsNew(mark);
  } catch (error) {
    throw unreachable(url, error);
  } finally {
    exchanger.close();
  }
}

/** Whoever configured a URL with an address in it has allowed that one. */
function addressesNamedBy({ hostname }: URL): string[] {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost') return ['127.0.0.1/32', '::1/128'];
  const version = isIP(host);
  return version === 0 ? [] : [`${host}/${version === 4 ? 32 : 128}`];
}

class Downloading {
  readonly #url: string;
  readonly #exchanger: Exchanger;
  readonly #options: DownloadOptions;

  constructor(url: string, exchanger: Exchanger, options: DownloadOptions) {
    this.#url = url;
    this.#exchanger = exchanger;
    this.#options = options;
  }

  async whatIsNew(mark: Mark | undefined): Promise<Download | undefined> {
    const conditions = {
      ...(mark?.etag && { 'if-none-match': mark.etag }),
      ...(mark?.lastModified && { 'if-modified-since': mark.lastModified }),
    };
    const read = mark?.read;
    if (read === undefined || read.bytes <= PRINTED) return this.#whole(conditions);
    const start = read.bytes - PRINTED;
    const answer = await this.#ask({ ...conditions, range: `bytes=${start}-` });
    if (answer.status === 304 || answer.status === 200) return this.#taken(answer);
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '');
    // A range of a packed body is none of the file.
    const packed = isPacked(answer.headers['content-encoding']);
    if (answer.status === 206 && Number(range?.[1]) === start && !packed) {
      const end = await this.#saved(answer, start);
      if ((await stillThere(end.extract, read)) !== undefined) return end;
      await end.remove();
    } else answer.drop();
    return this.#whole({});
  }

  async #whole(headers: Record<string, string>): Promise<Download | undefined> {
    return this.#taken(await this.#ask(headers));
  }

  async #taken(answer: Answer): Promise<Download | undefined> {
    if (answer.status === 200) return this.#saved(answer, 0);
    answer.drop();
    if (answer.status === 304) return undefined;
    throw new UserError('unavailable', `${labelOf(this.#url)} answers with status ${answer.status}`);
  }

  #ask(headers: Record<string, string>): Promise<Answer> {
    const url = new URL(this.#url);
    const authorization = credentialsOf(url);
    return follow(this.#exchanger, url, {
      headers: { accept: '*/*', ...headers },
      ownHeaders: authorization === undefined ? {} : { authorization },
      ...{ timeout: this.#options.timeout, maxRedirects: MOST_REDIRECTS, isLast: () => false },
    });
  }

  async #saved(answer: Answer, start: number): Promise<Download> {
    const limit = new SizeLimit(this.#url, this.#options.maxBytes);
    const file: TemporaryFile = await spool(answer.stream(), limit);
    return {
      extract: { path: file.path, start, size: start + limit.bytes },
      etag: answer.headers.etag,
      lastModified: answer.headers['last-modified'],
      remove: file.remove,
    };
  }
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

/** What went wrong, in words that hold nothing of what was read. */
function unreachable(url: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new UserError('unavailable', `${labelOf(url)} cannot be read: ${reason}`, { cause: error });
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof AddressRefused) return `${error.message}; SYNC_ALLOW_PRIVATE can allow it`;
  if (error instanceof RedirectFailed) return error.message;
  if (error instanceof ExchangeFailed) return error.code === 'TIMEOUT' ? 'it takes too long' : error.message;
  return codeOf(error);
}
