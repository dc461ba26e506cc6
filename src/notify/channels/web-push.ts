import { Type } from 'typebox';
import webPush from 'web-push';
import { cut } from '../../lib/text.ts';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { hostOf, SecretField, UrlField } from './fields.ts';

/** How long a push service keeps a message for a device that is off, seconds. */
const KEPT = 24 * 3_600;
/** Push services accept 4096 bytes of encrypted content. A character may have three bytes. */
const LONGEST_TEXT = 800;

/** A notification in a browser or an installed page (RFC 8030). An undelivered message is replaced when it is repeated. */
export const webPushChannel = channel({
  kind: 'web_push',
  title: 'Push notification',
  settings: Type.Object(
    {
      endpoint: UrlField('`endpoint` of the `PushSubscription`'),
      p256dh: SecretField('`keys.p256dh` of the `PushSubscription`', { pattern: '^[A-Za-z0-9_-]{87}=?$' }),
      auth: SecretField('`keys.auth` of the `PushSubscription`', { pattern: '^[A-Za-z0-9_-]{22}={0,2}$' }),
    },
    { additionalProperties: false, title: 'WebPushSettings' },
  ),
  secretFields: ['endpoint', 'p256dh', 'auth'],
  interval: 0,
  target: ({ endpoint }) => hostOf(endpoint),
  urls: ({ endpoint }) => [endpoint],
  async send({ endpoint, p256dh, auth }, { id, title, text, url, acknowledgeUrl, facts }, parts) {
    const payload = JSON.stringify({
      ...{ id, title: cut(title, 200), body: cut(text, LONGEST_TEXT), url, acknowledge_url: acknowledgeUrl },
      ...{ page: facts.page, tag: facts.incidentId ?? id },
    });
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
      vapidDetails: await parts.vapid(),
      TTL: KEPT,
      urgency: facts.severity === 'page' ? 'high' : 'normal',
      topic: id.replaceAll('-', ''),
    });
    const texts = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    // RFC 8030: 404 says that the subscription has expired.
    return post(parts.http, endpoint, { headers: texts, body, gone: [404] }, parts);
  },
});
