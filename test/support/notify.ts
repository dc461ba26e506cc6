import { createECDH, randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import webPush from 'web-push';
import { CLOCKS } from '../../src/lib/world/clocks.ts';
import { SmtpMailer } from '../../src/mail/smtp.ts';
import type { ChannelParts } from '../../src/notify/channel.ts';
import { AddressGuard } from '../../src/outbound/addresses.ts';
import { HttpClient } from '../../src/outbound/http-client.ts';
import { GuardedResolver, resolveBySystem } from '../../src/outbound/resolver.ts';

const NOW = Date.parse('2026-11-27T18:05:00Z');

const vapid = { subject: 'https://monitor.example.com', ...webPush.generateVAPIDKeys() };

/** A browser that can decrypt push messages. */
export const BROWSER = createECDH('prime256v1');
BROWSER.generateKeys();
export const BROWSER_SECRET = randomBytes(16);

/** The secret of webhooks in tests. */
export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 'a').toString('base64')}`;

/** What channels send with: all services are at one URL of this machine. */
export function channelParts(t: TestContext, url: string, timeout = 60_000): ChannelParts {
  const http = loopbackClient(t);
  return {
    ...{ http, serviceHttp: http, services: { telegram: url, pagerduty: url, twilio: url }, timeout },
    ...{ mailer: undefined, vapid: async () => vapid, now: () => NOW },
  };
}

/** An HTTP client that may reach this machine. */
export function loopbackClient(t: TestContext, allowed: readonly string[] = ['127.0.0.0/8']): HttpClient {
  const http = new HttpClient(new GuardedResolver(new AddressGuard(allowed), resolveBySystem, CLOCKS.elapsed));
  t.after(() => http.close());
  return http;
}

/** The same with a mail server of this machine. */
export function mailParts(t: TestContext, port: number, timeout = 60_000): ChannelParts {
  const timeouts = {
    dnsTimeout: timeout,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    // The server replies to every other command.
    socketTimeout: timeout,
  };
  const from = 'Monitor <monitor@example.com>';
  const mailer = new SmtpMailer({ host: '127.0.0.1', port, secure: false, from }, timeouts);
  t.after(() => mailer.close());
  return { ...channelParts(t, 'http://127.0.0.1:1', timeout), mailer };
}

/** Valid settings of a channel that sends by HTTP. */
export function httpSettings(kind: string, url: string): Record<string, unknown> {
  switch (kind) {
    case 'webhook':
      return { url: `${url}/hook`, secret: WEBHOOK_SECRET };
    case 'web_push':
      return {
        endpoint: `${url}/push/device`,
        p256dh: BROWSER.getPublicKey('base64url'),
        auth: BROWSER_SECRET.toString('base64url'),
      };
    case 'telegram':
      return { token: '123:abcdefghijklmnopqrstuvwxyz', chat_id: '-1001' };
    case 'pagerduty':
      return { routing_key: '0123456789abcdef0123456789abcdef' };
    case 'sms':
      return {
        ...{ account_sid: `AC${'0'.repeat(32)}`, auth_token: 'token0123456789abcdef' },
        ...{ from: '+15005550006', to: '+34911234567' },
      };
    case 'ntfy':
      return { server: url, topic: 'alerts', token: 'tk_secret' };
    default:
      return { url: `${url}/hooks/secret` };
  }
}
