import { createTransport } from 'nodemailer';
import { messageOf } from '../lib/errors.ts';
import { isLoopback } from '../lib/networks.ts';
import { MailError, type Mailer, type Message } from './message.ts';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps://`); otherwise STARTTLS if the server offers it. */
  readonly secure: boolean;
  readonly credentials?: { readonly user: string; readonly password: string } | undefined;
  /** The sender: an address, or `NAME <ADDRESS>`. */
  readonly from: string;
}

const SECOND = 1_000;
const TIMEOUTS = {
  dnsTimeout: 10 * SECOND,
  connectionTimeout: 10 * SECOND,
  greetingTimeout: 10 * SECOND,
  socketTimeout: 30 * SECOND,
};
const CONNECTIONS = 2;

/** Delivers to a mail server by SMTP, over connections that it keeps open. */
export class SmtpMailer implements Mailer {
  readonly #from: string;
  readonly #transport: ReturnType<typeof transportTo>;

  /** @param timeouts milliseconds */
  constructor(settings: SmtpSettings, timeouts = TIMEOUTS) {
    this.#from = settings.from;
    this.#transport = transportTo(settings, timeouts);
  }

  async send({ to, subject, text, id, html, attachments = [], unsubscribeUrl }: Message): Promise<void> {
    // Programs that answer mail by themselves leave this one alone (RFC 3834).
    const headers = {
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribeUrl !== undefined && {
        'List-Unsubscribe': `<${unsubscribeUrl}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    };
    try {
      const messageId = id && `<${id}@${domainOf(this.#from)}>`;
      await this.#transport.sendMail({
        ...{ from: this.#from, to, subject, text, headers },
        ...(messageId && { messageId }),
        ...(html !== undefined && { html }),
        attachments: attachments.map(({ name, type, content }) => ({
          ...{ filename: name, contentType: type, content: Buffer.from(content) },
        })),
      });
    } catch (error) {
      throw new MailError(messageOf(error), isPermanent(error));
    }
  }

  close(): void {
    this.#transport.close();
  }
}

/** `example.com` of `Monitor <monitor@example.com>`. */
function domainOf(from: string): string {
  return /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost';
}

function transportTo({ host, port, secure, credentials }: SmtpSettings, timeouts: typeof TIMEOUTS) {
  return createTransport({
    ...{ pool: true, maxConnections: CONNECTIONS, host, port, secure, ...timeouts },
    // Credentials leave this machine only encrypted.
    requireTLS: credentials !== undefined && !isLoopback(host),
    ...(credentials !== undefined && { auth: { user: credentials.user, pass: credentials.password } }),
    // Texts are only texts, whatever is in them.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
}

/** Replies of 5xx are final (RFC 5321); wrong credentials may be replaced. */
function isPermanent(error: unknown): boolean {
  const { responseCode, code } = error as { readonly responseCode?: unknown; readonly code?: unknown };
  return typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH';
}
