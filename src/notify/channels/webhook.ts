import { Webhook } from 'standardwebhooks';
import { Type } from 'typebox';
import { channel } from '../channel.ts';
import { eventOf } from '../event.ts';
import { post } from '../post.ts';
import { hostOf, SecretField, UrlField } from './fields.ts';

/** A signed request with the facts as JSON, as Standard Webhooks describes it. */
export const webhook = channel({
  kind: 'webhook',
  title: 'Webhook',
  settings: Type.Object(
    {
      url: UrlField('the address that gets a POST for each message', { examples: ['https://example.com/alerts'] }),
      secret: SecretField('the secret that signs the requests: `whsec_` and 24 to 64 random bytes in Base64', {
        pattern: '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$',
        examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
      }),
    },
    { additionalProperties: false, title: 'WebhookSettings' },
  ),
  secretFields: ['url', 'secret'],
  interval: 0,
  target: ({ url }) => hostOf(url),
  urls: ({ url }) => [url],
  send({ url, secret }, message, parts) {
    const { id } = message;
    const at = new Date(parts.now());
    const body = JSON.stringify(eventOf(message));
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    };
    return post(parts.http, url, { headers, body }, parts);
  },
});
