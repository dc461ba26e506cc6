/** Why an exchange failed; beside these there are the errors of sockets, names and TLS, as they are. */
export class ExchangeFailed extends Error {
  readonly code: 'TIMEOUT' | 'TOO_LARGE' | 'UNREADABLE_BODY' | 'NOT_HTTP';

  constructor(code: ExchangeFailed['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExchangeFailed';
    this.code = code;
  }
}

/** The host's certificate was refused. `code` is what OpenSSL or Node calls the reason. */
export class CertificateRefused extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super('the certificate was refused', options);
    this.name = 'CertificateRefused';
    this.code = code;
  }
}

/** Errors that are about this machine, not about the host. */
const OWN_TROUBLE = new Set([
  ...['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
  ...['EACCES', 'EPERM'],
]);

/** Whether an error code is about this machine: its network, its sockets. */
export function isOwnTrouble(code: string): boolean {
  return OWN_TROUBLE.has(code);
}

/**
 * The code of whatever went wrong in an exchange; `undefined`: it is a defect. Of several addresses that failed it is
 * the code of one that is about the host, if there is one.
 */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) {
    const codes = error.errors.map(codeOf);
    return codes.find((code) => code !== undefined && !isOwnTrouble(code)) ?? codes[0];
  }
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}
