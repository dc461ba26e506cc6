/** A request failed. Errors of sockets, name resolution and TLS are thrown as they are. */
export class RequestFailed extends Error {
  readonly code: 'TIMEOUT' | 'TOO_LARGE' | 'UNREADABLE_BODY' | 'NOT_HTTP';

  constructor(code: RequestFailed['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RequestFailed';
    this.code = code;
  }
}

/** The host's certificate was refused. `code` is the error code of OpenSSL or Node. */
export class CertificateRefused extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super('the certificate was refused', options);
    this.name = 'CertificateRefused';
    this.code = code;
  }
}

/** Errors of this machine, not of the host. */
const LOCAL_FAULTS = new Set([
  ...['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
  ...['EACCES', 'EPERM'],
]);

/** Whether an error code means a fault of this machine, such as of its network or sockets. */
export function isLocalFault(code: string): boolean {
  return LOCAL_FAULTS.has(code);
}

/**
 * The code of a request's error; `undefined`: it is an internal error. If several addresses failed, a fault of the host
 * takes precedence over a local fault.
 */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) {
    const codes = error.errors.map(codeOf);
    return codes.find((code) => code !== undefined && !isLocalFault(code)) ?? codes[0];
  }
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}
