import { formatInstant } from '../calendar/instant.ts';
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
      `you have been given an account for Restaurant Monitor with the login ${login}. Choose how you sign in:`,
      url,
      `The link works once, until ${formatInstant(expiresAt)}. If you did not expect it, ignore this message.`,
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
      `someone asked to reset the password of ${login}. Set a new one:`,
      url,
      `The link works once, until ${formatInstant(expiresAt)}. If it was not you, ignore this message: your password ` +
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
      `the password of ${login} was reset with a link from a message to this address, and other sessions were ended.`,
      'If it was not you, tell an admin.',
    ),
  };
}

function lines(...paragraphs: readonly string[]): string {
  return `${paragraphs.join('\n\n')}\n`;
}
