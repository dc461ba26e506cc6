import { Type } from 'typebox';
import { LONGEST_EMAIL } from '../../lib/email.ts';
import { MailError } from '../../mail/message.ts';
import { channel } from '../channel.ts';
import { withLinks } from './fields.ts';

/** Mail by the mail server of this installation. Every attempt has the same `Message-ID`. */
export const mail = channel({
  kind: 'mail',
  title: 'Mail',
  settings: Type.Object(
    {
      to: Type.String({
        maxLength: LONGEST_EMAIL,
        pattern: "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+\\.[A-Za-z0-9-]+$",
        description: 'the recipient',
        examples: ['ops@example.com'],
      }),
    },
    { additionalProperties: false, title: 'MailSettings' },
  ),
  secretFields: [],
  interval: 1_000,
  target: ({ to }) => to,
  async send({ to }, { id, title, text, url, acknowledgeUrl, mail: parts }, { mailer }) {
    if (mailer === undefined) return { status: 'retry', reason: 'no mail server is configured: SMTP_URL is not set' };
    try {
      const unsubscribe = parts?.unsubscribeUrl === undefined ? '' : `\nUnsubscribe: ${parts.unsubscribeUrl}`;
      const plain = `${withLinks(text, url, acknowledgeUrl)}${unsubscribe}`;
      await mailer.send({ kind: 'notification', to, id, subject: title, text: plain, ...parts });
      return { status: 'sent' };
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      return { status: error.permanent ? 'rejected' : 'retry', reason: error.message };
    }
  },
});
