/** A file in an email. */
export interface Attachment {
  readonly name: string;
  /** Such as `text/csv`. */
  readonly type: string;
  readonly content: Uint8Array;
}

/** An email in plain text, and perhaps in HTML. */
export interface Message {
  /** An email address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same as a page. */
  readonly html?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** With which its receiver ends what sends it, without signing in (RFC 8058). */
  readonly unsubscribeUrl?: string | undefined;
  /** Names it to its receiver, the same in every attempt: a UUID. `undefined`: it has a new name each time. */
  readonly id?: string;
  /** What it is, for the log: `invitation`. */
  readonly kind: string;
}

/** Delivers messages to a mail server. */
export interface Mailer {
  /**
   * Resolves when the mail server has accepted the message.
   *
   * @throws MailError
   */
  send(message: Message): Promise<void>;
  /** Ends connections that are open. */
  close(): void;
}

/** A message that was not delivered. It holds nothing of the message. */
export class MailError extends Error {
  /** The mail server rejects the message permanently. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean) {
    super(message);
    this.name = 'MailError';
    this.permanent = permanent;
  }
}
