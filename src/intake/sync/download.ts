import { isIP } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { UserError } from '../../lib/errors.ts';
import type { TemporaryFile } from '../../lib/temporary-file.ts';
import { elapsed } from '../../lib/world/clocks.ts';
import { AddressGuard, AddressRefused } from '../../outbound/addresses.ts';
import type { Answer } from '../../outbound/answer.ts';
import { Exchanger } from '../../outbound/exchange.ts';
import { codeOf, ExchangeFailed } from '../../outbound/faults.ts';
import { follow, RedirectFailed } from '../../outbound/follow.ts';
import { GuardedResolver, resolveBySystem } from '../../outbound/resolver.ts';
import { isPacked } from '../../outbound/unpack.ts';
import { spool } from '../feeds/spool.ts';
import type { Checkpoint } from './checkpoint.ts';
import { FINGERPRINTED, type LocalContent } from './fingerprints.ts';
import { stillMatching } from './increment.ts';
import { credentialsOf, labelOf } from './sources.ts';

export interface DownloadOptions {
  /** Milliseconds for one request, including the response body. */
  readonly timeout: number;
  /** The largest download, in bytes after decompression. */
  readonly maxBytes: number;
  /** Networks, such as `10.1.0.0/16`, to which requests are allowed although they are not public. */
  readonly allowPrivate: readonly string[];
}

/** The content of a URL, or the end of it. */
export interface Download {
  readonly content: LocalContent;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  remove(): Promise<void>;
}

const MAX_REDIRECTS = 10;

/**
 * Downloads a URL to a temporary file. If the server says that the content is unchanged, nothing is downloaded
 * (`undefined`); if only the end is new, only the end is. Requests go only to public addresses, to those that are
 * allowed, and to an address in the URL itself.
 *
 * @throws UserError `unavailable` if the download fails, `too_large` if the content exceeds `maxBytes`
 */
export async function download(
  url: string,
  checkpoint: Checkpoint | undefined,
  options: DownloadOptions,
): Promise<Download | undefined> {
  const guard = new AddressGuard([...options.allowPrivate, ...addressesIn(new URL(url))]);
  const exchanger = new Exchanger(new GuardedResolver(guard, resolveBySystem, elapsed));
  try {
    return await new ConditionalDownload(url, exchanger, options).run(checkpoint);
  } catch (error) {
    throw downloadError(url, error);
  } finally {
    exchanger.close();
  }
}

/** A URL with an address in it allows that address. */
function addressesIn({ hostname }: URL): string[] {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost') return ['127.0.0.1/32', '::1/128'];
  const version = isIP(host);
  return version === 0 ? [] : [`${host}/${version === 4 ? 32 : 128}`];
}

class ConditionalDownload {
  readonly #url: string;
  readonly #exchanger: Exchanger;
  readonly #options: DownloadOptions;

  constructor(url: string, exchanger: Exchanger, options: DownloadOptions) {
    this.#url = url;
    this.#exchanger = exchanger;
    this.#options = options;
  }

  async run(checkpoint: Checkpoint | undefined): Promise<Download | undefined> {
    const conditions = {
      ...(checkpoint?.etag && { 'if-none-match': checkpoint.etag }),
      ...(checkpoint?.lastModified && { 'if-modified-since': checkpoint.lastModified }),
    };
    const read = checkpoint?.read;
    if (read === undefined || read.bytes <= FINGERPRINTED) return this.#whole(conditions);
    const start = read.bytes - FINGERPRINTED;
    const answer = await this.#request({ ...conditions, range: `bytes=${start}-` });
    if (answer.status === 304 || answer.status === 200) return this.#result(answer);
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '');
    // A range of a compressed body is not a range of the file.
    const packed = isPacked(answer.headers['content-encoding']);
    if (answer.status === 206 && Number(range?.[1]) === start && !packed) {
      const end = await this.#save(answer, start);
      if ((await stillMatching(end.content, read)) !== undefined) return end;
      await end.remove();
    } else answer.drop();
    return this.#whole({});
  }

  async #whole(headers: Record<string, string>): Promise<Download | undefined> {
    return this.#result(await this.#request(headers));
  }

  async #result(answer: Answer): Promise<Download | undefined> {
    if (answer.status === 200) return this.#save(answer, 0);
    answer.drop();
    if (answer.status === 304) return undefined;
    throw new UserError('unavailable', `${labelOf(this.#url)} responded with status ${answer.status}`);
  }

  #request(headers: Record<string, string>): Promise<Answer> {
    const url = new URL(this.#url);
    const authorization = credentialsOf(url);
    return follow(this.#exchanger, url, {
      headers: { accept: '*/*', ...headers },
      ownHeaders: authorization === undefined ? {} : { authorization },
      ...{ timeout: this.#options.timeout, maxRedirects: MAX_REDIRECTS, isLast: () => false },
    });
  }

  async #save(answer: Answer, start: number): Promise<Download> {
    const limit = new SizeLimit(this.#url, this.#options.maxBytes);
    const file: TemporaryFile = await spool(answer.stream(), limit);
    return {
      content: { path: file.path, start, size: start + limit.bytes },
      etag: answer.headers.etag,
      lastModified: answer.headers['last-modified'],
      remove: file.remove,
    };
  }
}

class SizeLimit extends Transform {
  bytes = 0;
  readonly #url: string;
  readonly #max: number;

  constructor(url: string, max: number) {
    super();
    this.#url = url;
    this.#max = max;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.#max) done(null, chunk);
    else done(new UserError('too_large', `${labelOf(this.#url)} has more than ${this.#max} bytes`));
  }
}

/** An error whose message contains nothing of what was downloaded. */
function downloadError(url: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new UserError('unavailable', `${labelOf(url)} cannot be read: ${reason}`, { cause: error });
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof AddressRefused) return `${error.message}; SYNC_ALLOW_PRIVATE can allow it`;
  if (error instanceof RedirectFailed) return error.message;
  if (error instanceof ExchangeFailed) return error.code === 'TIMEOUT' ? 'no response in time' : error.message;
  return codeOf(error);
}
