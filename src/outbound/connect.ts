import type { LookupAddress } from 'node:dns';
import { isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CertificateRefused, codeOf, ExchangeFailed } from './faults.ts';
import type { GuardedResolver } from './resolver.ts';

export interface ConnectOptions {
  readonly resolver: GuardedResolver;
  /** Whole milliseconds for all of it: the name, the connection, TLS. */
  readonly within: number;
  /** The certificate authorities that are trusted instead of the runtime's, in PEM. */
  readonly trusted: readonly string[] | undefined;
}

/** Milliseconds after which the next address is tried as well (RFC 8305 recommends 250). */
const ATTEMPT_DELAY = 250;

/**
 * Opens a connection to the host of a URL at one of the addresses that the resolver allows, by Happy Eyeballs (RFC 8305). No
 * attempt is given up before another one succeeds or the time is over.
 *
 * @throws AddressRefused, ExchangeFailed `TIMEOUT`, an AggregateError of what went wrong at each address, or what went
 * wrong with the name or with TLS, CertificateRefused among it
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
    signal.addEventListener('abort', () => reject(tooLate()), { once: true });
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
      reject(tooLate());
    };
    const next = () => {
      clearTimeout(timer);
      const address = waiting.shift();
      if (address === undefined) {
        if (open.size > 0) return;
        end();
        reject(new AggregateError(errors, 'no address can be reached'));
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

/** The addresses with their families in turn, beginning with that of the first. */
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
    const onAbort = () => secure.destroy(tooLate());
    signal.addEventListener('abort', onAbort, { once: true });
    const onError = (error: Error) => {
      // It is set where the handshake went well and the certificate did not.
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

function tooLate(): ExchangeFailed {
  return new ExchangeFailed('TIMEOUT', 'no answer in time');
}
