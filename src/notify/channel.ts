import type { Static, TObject } from 'typebox';
import type { NotificationFacts } from '../domain/alerts/facts.ts';
import type { Attachment, Mailer } from '../mail/message.ts';
import type { HttpClient } from '../outbound/http-client.ts';

export interface MailParts {
  /** The message as a page. */
  readonly html: string;
  readonly attachments: readonly Attachment[];
  /** With which the receiver unsubscribes, without signing in; `undefined`: the server does not know its public URL. */
  readonly unsubscribeUrl: string | undefined;
}

/** A message to one contact point, as text. */
export interface Message {
  /** Names the message to its receiver: the same in every attempt. A UUID. */
  readonly id: string;
  /** One line. */
  readonly title: string;
  readonly text: string;
  /** The page with the details; `undefined`: the server does not know its public URL. */
  readonly url: string | undefined;
  /** Acknowledges the incident, without signing in. */
  readonly acknowledgeUrl: string | undefined;
  readonly facts: NotificationFacts;
  /** What only mail has. */
  readonly mail?: MailParts | undefined;
}

/** The keys with which push services recognize this server (RFC 8292). */
export interface VapidKeys {
  /** Whom a push service contacts: an `https:` or a `mailto:` URL. */
  readonly subject: string;
  /** Base64url. */
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Where the services are whose address is the same for everyone. */
export interface ServiceUrls {
  readonly telegram: string;
  readonly pagerduty: string;
  readonly twilio: string;
}

/** What channels send with. */
export interface ChannelParts {
  /** For URLs that users choose: it connects only to allowed addresses. */
  readonly http: Pick<HttpClient, 'post'>;
  /** For `services`. */
  readonly serviceHttp: Pick<HttpClient, 'post'>;
  readonly services: ServiceUrls;
  /** `undefined`: no mail server is configured. */
  readonly mailer: Mailer | undefined;
  readonly vapid: () => Promise<VapidKeys>;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
  /** Milliseconds for a request and its response. */
  readonly timeout: number;
}

/** How an attempt ended. */
export type SendResult =
  | { readonly status: 'sent' }
  /** It may succeed later. @property after milliseconds that the receiver asked to wait */
  | { readonly status: 'retry'; readonly reason: string; readonly after?: number | undefined }
  /** It would fail again. */
  | { readonly status: 'rejected'; readonly reason: string }
  /** The address does not exist anymore: every message to it would fail. */
  | { readonly status: 'gone'; readonly reason: string };

/** A way to send messages. */
export interface Channel<S extends TObject = TObject> {
  readonly kind: string;
  /** For people: `Slack`. */
  readonly title: string;
  /** What a contact point of this channel consists of. */
  readonly settings: S;
  /** The settings that are kept encrypted and never shown. */
  readonly secretFields: readonly (keyof Static<S> & string)[];
  /** The least time between two messages to the same contact point, milliseconds. */
  readonly interval: number;
  /** Where messages go, as everyone who can see the contact point may see it: `hooks.slack.com`. */
  target(settings: Static<S>): string;
  /** The URLs of the settings, which must be allowed ones. */
  urls?(settings: Static<S>): readonly string[];
  send(settings: Static<S>, message: Message, parts: ChannelParts): Promise<SendResult>;
}

/** A channel among others: its settings were checked against its schema. */
export function channel<S extends TObject>(one: Channel<S>): Channel {
  return one as unknown as Channel;
}
