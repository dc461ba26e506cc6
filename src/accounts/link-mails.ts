import type { Message } from '../mail/message.ts';
import type { UserRecord } from '../storage/ports/account-catalog.ts';

type Addressed = Pick<UserRecord, 'name' | 'login'> & { readonly email: string };

interface LinkMail {
  readonly url: string;
  readonly expiresAt: number;
}

/** An invitation by mail. */
export function invitationMail({ email, name, login }: Addressed, { url, expiresAt }: LinkMail): Message {
  return {
    kind: 'invitation',
    to: email,
    subject: 'Your invitation to Restaurant Monitor',
    text: lines(
      `Hello ${name},`,
      `You have been given an account for Restaurant Monitor with the login ${login}. Choose how you sign in:`,
      url,
      `The link works once, until ${inWords(expiresAt)}. If you did not expect it, ignore this message.`,
    ),
  };
}

/** A link to set a new password. */
export function resetMail({ email, name, login }: Addressed, { url, expiresAt }: LinkMail): Message {
  return {
    kind: 'password reset',
    to: email,
    subject: 'Reset your password for Restaurant Monitor',
    text: lines(
      `Hello ${name},`,
      `Someone asked to reset the password of ${login}. Set a new one:`,
      url,
      `The link works once, until ${inWords(expiresAt)}. If it was not you, ignore this message: your password ` +
        'stays as it is.',
    ),
  };
}

/** Tells the user that the password was reset. */
export function passwordChangedMail({ email, name, login }: Addressed): Message {
  return {
    kind: 'password changed',
    to: email,
    subject: 'Your password for Restaurant Monitor was changed',
    text: lines(
      `Hello ${name},`,
      `The password of ${login} was reset with a link from a message to this address, and other sessions were ended.`,
      'If it was not you, tell an admin.',
    ),
  };
}

const DATE = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** `December 4, 2026 at 3:55 AM UTC` */
function inWords(instant: number): string {
  return `${DATE.format(instant)} UTC`;
}

function lines(...paragraphs: readonly string[]): string {
  return `${paragraphs.join('\n\n')}\n`;
}
