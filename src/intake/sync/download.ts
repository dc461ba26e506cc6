import { isIP } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { abortable } from '../../lib/abort.ts';
import { UserError } from '../../lib/errors.ts';
import type { TemporaryFile } from '../../lib/temporary-file.ts';
import { elapsed } from '../../lib/world/clocks.ts';
import { AddressGuard, AddressRefused } from '../../outbound/addresses.ts';
import { isEncoded } from '../../outbound/content-encoding.ts';
import { codeOf, RequestFailed } from '../../outbound/errors.ts';
import { follow, RedirectFailed } from '../../outbound/follow.ts';
import { HttpClient } from '../../outbound/http-client.ts';
import { GuardedResolver, resolveBySystem } from '../../outbound/resolver.ts';
import type { HttpResponse } from '../../outbound/response.ts';
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
  readonly signal?: AbortSignal | undefined;
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
 * @throws UserError `unavailable` if the download fails, `too_large` if the content exceeds `maxBytes`; the reason of
 * `signal` when it aborts
 */
export async function download(
  url: string,
  checkpoint: Checkpoint | undefined,
  options: DownloadOptions,
): Promise<Download | undefined> {
  const guard = new AddressGuard([...options.allowPrivate, ...addressesIn(new URL(url))]);
  const http = new HttpClient(new GuardedResolver(guard, resolveBySystem, elapsed));
  try {
    return await abortable(new ConditionalDownload(url, http, options).run(checkpoint), options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw downloadError(url, error);
  } finally {
    http.close();
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
  readonly #http: HttpClient;
  readonly #options: DownloadOptions;

  constructor(url: string, http: HttpClient, options: DownloadOptions) {
    this.#url = url;
    this.#http = http;
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
    const response = await this.#request({ ...conditions, range: `bytes=${start}-` });
    if (response.status === 304 || response.status === 200) return this.#result(response);
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers['content-range'] ?? '');
    // A range of a compressed body is not a range of the file.
    const encoded = isEncoded(response.headers['content-encoding']);
    if (response.status === 206 && Number(range?.[1]) === start && !encoded) {
      const end = await this.#save(response, start);
      if ((await stillMatching(end.content, read)) !== undefined) return end;
      await end.remove();
    } else response.drop();
    return this.#whole({});
  }

  async #whole(headers: Record<string, string>): Promise<Download | undefined> {
    return this.#result(await this.#request(headers));
  }

  async #result(response: HttpResponse): Promise<Download | undefined> {
    if (response.status === 200) return this.#save(response, 0);
    response.drop();
    if (response.status === 304) return undefined;
    throw new UserError('unavailable', `${labelOf(this.#url)} responded with status ${response.status}`);
  }

  #request(headers: Record<string, string>): Promise<HttpResponse> {
    const url = new URL(this.#url);
    const authorization = credentialsOf(url);
    return follow(this.#http, url, {
      headers: { accept: '*/*', ...headers },
      ownHeaders: authorization === undefined ? {} : { authorization },
      ...{ timeout: this.#options.timeout, maxRedirects: MAX_REDIRECTS, isLast: () => false },
    });
  }

  async #save(response: HttpResponse, start: number): Promise<Download> {
    const limit = new SizeLimit(this.#url, this.#options.maxBytes);
    const file: TemporaryFile = await spool(response.stream(), limit);
    return {
      content: { path: file.path, start, size: start + limit.bytes },
      etag: response.headers.etag,
      lastModified: response.headers['last-modified'],
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
  if (error instanceof RequestFailed) return error.code === 'TIMEOUT' ? 'no response in time' : error.message;
  return codeOf(error);
}
