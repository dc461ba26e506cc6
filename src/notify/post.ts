import { messageOf } from '../lib/errors.ts';
import { AddressRefused } from '../outbound/addresses.ts';
import { CertificateRefused, codeOf } from '../outbound/errors.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import type { HttpResponse } from '../outbound/response.ts';
import type { ChannelParts, SendResult } from './channel.ts';

/** The most of a response that is read, bytes. */
const MAX_RESPONSE = 16 * 1024;
/** The most of a response that a reason quotes. */
const QUOTED = 200;
/** Longer waits that a receiver asks for are cut; milliseconds. */
const LONGEST_WAIT = 24 * 3_600_000;

interface PostRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a text or bytes. */
  readonly body: string | Buffer | object;
  /** The statuses, besides 410, which mean that the address does not exist anymore. */
  readonly gone?: readonly number[];
  /** How an answer with a certain status is meant, if it is not what HTTP says. */
  readonly means?: (status: number, body: string) => SendResult | undefined;
}

/**
 * Sends a message by HTTP and interprets the answer: 2xx accepts it; 408, 425, 429 and 5xx ask to try again; 410 says
 * that the address is gone; everything else rejects it.
 */
export async function post(
  http: Pick<HttpClient, 'post'>,
  url: string,
  { headers = {}, body, gone = [], means }: PostRequest,
  { timeout, now }: Pick<ChannelParts, 'timeout' | 'now'>,
): Promise<SendResult> {
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  const type = isText ? {} : { 'content-type': 'application/json' };
  let response: HttpResponse;
  try {
    const text = isText ? body : JSON.stringify(body);
    response = await http.post(new URL(url), { headers: { ...type, ...headers }, body: text, timeout });
  } catch (error) {
    return failureOf(error, timeout);
  }
  const text = await response.read(MAX_RESPONSE).then(String, () => '');
  const { status } = response;
  const meant = means?.(status, text);
  if (meant !== undefined) return meant;
  if (status >= 200 && status < 300) return { status: 'sent' };
  const reason = answerOf(status, text);
  if (status === 410 || gone.includes(status)) return { status: 'gone', reason };
  if (status >= 500 || [408, 425, 429].includes(status)) {
    return { status: 'retry', reason, after: retryAfter(response.headers['retry-after'], now()) };
  }
  if (status >= 300 && status < 400) {
    return { status: 'rejected', reason: `it redirects (${status}), expected the final URL` };
  }
  return { status: 'rejected', reason };
}

/** `it answered with 400: invalid_payload` */
export function answerOf(status: number, body: string): string {
  const quoted = body.replace(/[\p{Z}\p{C}]+/gu, ' ').trim();
  return `it responded with ${status}${quoted === '' ? '' : `: ${[...quoted].slice(0, QUOTED).join('')}`}`;
}

/**
 * The milliseconds of a `Retry-After` header, which has seconds or a date (RFC 9110); `undefined`: it is missing or
 * invalid.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT) : undefined;
}

function failureOf(error: unknown, timeout: number): SendResult {
  if (error instanceof AddressRefused) {
    return { status: 'rejected', reason: `${error.message}; NOTIFY_ALLOW_PRIVATE can allow it` };
  }
  const code = codeOf(error);
  // Without a code it is a defect, which must not look like a fault of the receiver.
  if (code === undefined) throw error;
  if (code === 'TIMEOUT') return { status: 'retry', reason: `no response within ${timeout / 1_000} seconds` };
  if (error instanceof CertificateRefused) return { status: 'retry', reason: `its certificate was refused (${code})` };
  return { status: 'retry', reason: `the connection failed (${code}): ${messageOf(error)}` };
}
