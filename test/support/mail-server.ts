import type { TestContext } from 'node:test';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Empty: there is none. */
  readonly html: string;
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly text: string }[];
  /** The values of its headers `List-Unsubscribe` and `List-Unsubscribe-Post`. */
  readonly unsubscribe: readonly string[];
  /** Who signed in. */
  readonly user: string | undefined;
  /** `<id@host>` */
  readonly messageId: string | undefined;
}

export interface MailServer {
  readonly port: number;
  /** The mail that has come in, oldest first. */
  readonly received: readonly ReceivedMail[];
  /** Resolves with the `nth` mail, from 1. */
  mail(nth: number): Promise<ReceivedMail>;
  /** The replies to the next messages, such as `450 try later`. */
  refuse(...replies: readonly string[]): void;
}

interface MailServerOptions {
  /** The one user; without it, nobody signs in. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Whether it never replies to a message. */
  readonly silent?: boolean;
}

/** A real mail server on a loopback port, without TLS. */
export async function mailServer(t: TestContext, options: MailServerOptions = {}): Promise<MailServer> {
  const { credentials, silent = false } = options;
  const received: ReceivedMail[] = [];
  const replies: string[] = [];
  let arrived = () => {};
  const server = new SMTPServer({
    authOptional: credentials === undefined,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    closeTimeout: 1,
    onAuth: ({ username, password }, _session, done) => {
      const known = username === credentials?.user && password === credentials?.password;
      if (known) done(null, { user: username });
      else done(new Error('wrong credentials'));
    },
    onData: (stream, session, done) => {
      const reply = replies.shift();
      simpleParser(stream).then(({ from, subject = '', text = '', html, attachments, headerLines, messageId }) => {
        if (silent) return;
        if (reply !== undefined) {
          const responseCode = Number(reply.slice(0, 3));
          return done(Object.assign(new Error(reply.slice(4)), { responseCode }));
        }
        const [recipient] = session.envelope.rcptTo;
        received.push({
          ...{ from: from?.text ?? '', to: recipient?.address ?? '', subject, text, messageId },
          html: html || '',
          attachments: attachments.map(({ filename, contentType, content }) => ({
            ...{ name: filename ?? '', type: contentType, text: content.toString() },
          })),
          unsubscribe: headerLines.flatMap(({ key, line }) =>
            key.startsWith('list-unsubscribe') ? line.slice(line.indexOf(':') + 1).replace(/\s+/g, '') : [],
          ),
          user: session.user === undefined ? undefined : String(session.user),
        });
        done();
        arrived();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    received,
    refuse: (...given) => replies.push(...given),
    mail: async (nth) => {
      for (;;) {
        const mail = received[nth - 1];
        if (mail !== undefined) return mail;
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}

/** The link in a message. */
export function linkIn({ text }: Pick<ReceivedMail, 'text'>): URL {
  return new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? 'missing:');
}
