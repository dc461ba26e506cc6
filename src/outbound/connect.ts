import type { LookupAddress } from 'node:dns';
import { isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CertificateRefused, codeOf, RequestFailed } from './errors.ts';
import type { GuardedResolver } from './resolver.ts';

export interface ConnectOptions {
  readonly resolver: GuardedResolver;
  /** Milliseconds for name resolution, connection and TLS together; an integer. */
  readonly within: number;
  /** The certificate authorities to trust instead of the default ones, in PEM. */
  readonly trusted: readonly string[] | undefined;
}

/** Milliseconds after which the next address is tried as well (RFC 8305 recommends 250). */
const ATTEMPT_DELAY = 250;

/**
 * Connects to the host of a URL at one of the addresses that the resolver allows, by Happy Eyeballs (RFC 8305). Every
 * attempt continues until another one succeeds or the time is over.
 *
 * @throws AddressRefused, CertificateRefused, RequestFailed `TIMEOUT`, an AggregateError with the error of each
 * address, or the error of the resolver or TLS
 */
export async function connect(url: URL, { resolver, within, trusted }: ConnectOptions): Promise<Socket> {
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const signal = AbortSignal.timeout(within);
  const socket = await race(await inTime(resolver.addresses(host), signal), port, signal);
  return secure ? secured(socket, host, trusted, signal) : socket;
}

function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(timeoutError()), { once: true });
    work.then(resolve, reject);
  });
}

function race(addresses: readonly LookupAddress[], port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const waiting = alternating(addresses);
    const open = new Set<Socket>();
    const errors: Error[] = [];
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      for (const socket of open) socket.destroy();
    };
    const onAbort = () => {
      end();
      reject(timeoutError());
    };
    const next = () => {
      clearTimeout(timer);
      const address = waiting.shift();
      if (address === undefined) {
        if (open.size > 0) return;
        end();
        reject(new AggregateError(errors, 'no address is reachable'));
        return;
      }
      if (waiting.length > 0) timer = setTimeout(next, ATTEMPT_DELAY);
      const socket = new Socket();
      open.add(socket);
      socket.once('error', (error) => {
        open.delete(socket);
        errors.push(error);
        next();
      });
      socket.once('connect', () => {
        open.delete(socket);
        end();
        socket.removeAllListeners('error');
        resolve(socket.setNoDelay(true));
      });
      socket.connect({ host: address.address, port });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else next();
  });
}

/** The addresses with alternating families, starting with that of the first. */
function alternating(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return Array.from({ length: Math.max(first.length, others.length) }, (_, i) => [first[i], others[i]])
    .flat()
    .filter((address) => address !== undefined);
}

function secured(
  socket: Socket,
  host: string,
  trusted: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      ...{ socket, host, servername: isIP(host) === 0 ? host : '' },
      ...{ ALPNProtocols: ['http/1.1'], rejectUnauthorized: true },
      ...(trusted && { ca: [...trusted] }),
    });
    const onAbort = () => secure.destroy(timeoutError());
    signal.addEventListener('abort', onAbort, { once: true });
    const onError = (error: Error) => {
      // This is set if the handshake succeeded but the certificate is invalid.
      const refused = Boolean(secure.authorizationError);
      reject(refused ? new CertificateRefused(codeOf(error) ?? 'UNSPECIFIED', { cause: error }) : error);
    };
    secure.once('error', onError);
    secure.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      secure.removeListener('error', onError);
      resolve(secure);
    });
  });
}

function timeoutError(): RequestFailed {
  return new RequestFailed('TIMEOUT', 'no response in time');
}
