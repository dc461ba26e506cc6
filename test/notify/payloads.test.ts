import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { Message } from '../../src/notify/channel.ts';
import { channelOf } from '../../src/notify/channels/registry.ts';
import { mailServer } from '../support/mail-server.ts';
import {
  BROWSER,
  BROWSER_SECRET,
  channelParts,
  httpSettings,
  loopbackClient,
  mailParts,
  WEBHOOK_SECRET,
} from '../support/notify.ts';
import { decryptedPush } from '../support/push.ts';
import { type Behavior, Receiver } from '../support/receiver.ts';
import { ID, MESSAGE, T } from './contract.ts';

const RESOLVED: Message = { ...MESSAGE, facts: { ...MESSAGE.facts, kind: 'resolved' } };
const NOTICE: Message = {
  ...MESSAGE,
  ...{ url: undefined, acknowledgeUrl: undefined },
  facts: { ...MESSAGE.facts, severity: 'notice', incidentId: undefined },
};

/** Sends a message by a channel to a real server; returns what arrived, and the result. */
async function sent(t: TestContext, kind: string, message = MESSAGE, behavior: Behavior = { status: 200 }) {
  const receiver = await Receiver.open(t, behavior);
  const parts = channelParts(t, receiver.url);
  const result = await channelOf(kind)?.send(httpSettings(kind, receiver.url) as never, message, parts);
  const request = await receiver.request(1);
  const json = () => JSON.parse(String(request.body));
  return { ...request, result, json, parts };
}

test('a webhook is signed, and names the message in every attempt alike', async (t) => {
  const { path, headers, body, json } = await sent(t, 'webhook');
  assert.equal(path, '/hook');
  assert.equal(headers['webhook-id'], ID);
  assert.equal(headers['content-type'], 'application/json');
  const signed = new Webhook(WEBHOOK_SECRET).sign(ID, new Date(T), body);
  assert.equal(headers['webhook-signature'], signed);
  assert.equal(headers['webhook-timestamp'], String(T / 1_000));
  assert.deepEqual(json(), {
    type: 'alert.opened',
    timestamp: '2026-11-27T18:05:00.000Z',
    data: {
      ...{ title: MESSAGE.title, text: MESSAGE.text, severity: 'page', incident_id: 'i', rule: 'Down' },
      stores: [
        {
          ...{ store_id: 'al', name: 'Al’s *Diner* <&>', labels: { city: 'Austin' }, time_zone: 'America/Chicago' },
          ...{
            down_since: '2026-11-27T18:05:00.000Z',
            began_earlier: false,
            up_since: null,
            down_again_since: null,
            lost_minutes: 60,
            estimated_loss: null,
          },
          polls: [{ at: '2026-11-27T18:05:00.000Z', status: 'inactive', reason: 'closed_by_store', detail: 'PAUSED' }],
        },
      ],
      ...{ more_stores: 0, mass_outage: null, period: null, count: null, digest: null },
      ...{ url: MESSAGE.url, acknowledge_url: MESSAGE.acknowledgeUrl },
    },
  });
});

test('a push message is encrypted for the browser, signed by this server and replaced when repeated', async (t) => {
  const { headers, body, parts } = await sent(t, 'web_push');
  const { publicKey } = await parts.vapid();
  assert.deepEqual(JSON.parse(decryptedPush(body, BROWSER, BROWSER_SECRET)), {
    ...{ id: ID, tag: 'i', title: MESSAGE.title, body: MESSAGE.text },
    ...{ url: MESSAGE.url, acknowledge_url: MESSAGE.acknowledgeUrl, page: MESSAGE.facts.page },
  });
  assert.equal(headers.topic, ID.replaceAll('-', ''));
  assert.equal(headers.urgency, 'high');
  assert.equal(headers.ttl, '86400');
  assert.equal(headers['content-encoding'], 'aes128gcm');
  const [, token = '', key] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization ?? '') ?? [];
  assert.equal(key, publicKey);
  const [head, claims, signature = ''] = token.split('.');
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: part(point, 1), y: part(point, 33) };
  const signer = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  const isSigned = verify('sha256', Buffer.from(`${head}.${claims}`), signer, Buffer.from(signature, 'base64url'));
  assert.equal(isSigned, true);
});

function part(point: Buffer, from: number): string {
  return point.subarray(from, from + 32).toString('base64url');
}

test('a push message fits into what push services accept', async (t) => {
  const long = { ...MESSAGE, title: '🍜'.repeat(400), text: '日本'.repeat(4_000) };
  const { body } = await sent(t, 'web_push', long);
  assert.ok(body.length <= 4_096, `${body.length} bytes`);
});

test('Slack gets blocks in which nothing but the links is markup', async (t) => {
  const { json } = await sent(t, 'slack');
  assert.deepEqual(json(), {
    text: 'Al’s *Diner* &lt;&amp;&gt; is down',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: MESSAGE.title } },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: 'Since 12:05\n- 13:05 inactive: PAUSED_[now]', verbatim: true },
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: `<${MESSAGE.url}|Details>   <${MESSAGE.acknowledgeUrl}|Acknowledge>`,
        },
      },
    ],
    ...{ unfurl_links: false, unfurl_media: false },
  });
});

test('Teams gets an Adaptive Card', async (t) => {
  const { json } = await sent(t, 'teams');
  const { type, attachments } = json();
  assert.equal(type, 'message');
  const [{ contentType, content }] = attachments;
  assert.equal(contentType, 'application/vnd.microsoft.card.adaptive');
  assert.deepEqual(
    content.body.map(({ text }: { text: string }) => text),
    ['Al’s \\*Diner\\* \\<&\\> is down', 'Since 12:05\n\n\\- 13:05 inactive: PAUSED\\_\\[now\\]'],
  );
  assert.deepEqual(content.actions, [
    { type: 'Action.OpenUrl', title: 'Details', url: MESSAGE.url },
    { type: 'Action.OpenUrl', title: 'Acknowledge', url: MESSAGE.acknowledgeUrl },
  ]);
});

test('Discord gets an embed that mentions nobody', async (t) => {
  const { json } = await sent(t, 'discord', { ...MESSAGE, text: '@everyone _is_ `hungry`' });
  assert.deepEqual(json(), {
    content: '**Al’s \\*Diner\\* \\<&\\> is down**',
    embeds: [
      {
        description: `@everyone \\_is\\_ \\\`hungry\\\`\n\nDetails: ${MESSAGE.url}\nAcknowledge: ${MESSAGE.acknowledgeUrl}`,
      },
    ],
    allowed_mentions: { parse: [] },
  });
});

test('Telegram gets plain text, and its own wish to wait is respected', async (t) => {
  const body = '{"ok":false,"error_code":429,"parameters":{"retry_after":35}}';
  const { path, json, result } = await sent(t, 'telegram', MESSAGE, { status: 429, body });
  assert.equal(path, '/bot123:abcdefghijklmnopqrstuvwxyz/sendMessage');
  const { chat_id, text, parse_mode } = json();
  assert.deepEqual([chat_id, parse_mode], ['-1001', undefined]);
  assert.equal(
    text,
    `${MESSAGE.title}\n\n${MESSAGE.text}\n\nDetails: ${MESSAGE.url}\nAcknowledge: ${MESSAGE.acknowledgeUrl}`,
  );
  assert.deepEqual([result?.status, result?.status === 'retry' && result.after], ['retry', 35_000]);
});

test('PagerDuty gets one alert for an incident, which ends with it', async (t) => {
  const opened = (await sent(t, 'pagerduty')).json();
  const resolved = (await sent(t, 'pagerduty', RESOLVED)).json();
  assert.deepEqual(
    [opened, resolved].map(({ event_action, dedup_key }) => [event_action, dedup_key]),
    [
      ['trigger', 'i'],
      ['resolve', 'i'],
    ],
  );
  assert.equal(opened.routing_key, '0123456789abcdef0123456789abcdef');
  const { severity, summary, source, timestamp } = opened.payload;
  assert.deepEqual(
    [severity, summary, source, timestamp],
    ['critical', MESSAGE.title, 'al', '2026-11-27T18:05:00.000Z'],
  );
  const without = (await sent(t, 'pagerduty', NOTICE)).json();
  assert.deepEqual([without.dedup_key, without.links, without.payload.severity], [ID, [], 'warning']);
});

test('an SMS has the title, the first line and one link', async (t) => {
  const { path, headers, body } = await sent(t, 'sms', { ...MESSAGE, text: `${'x'.repeat(900)}\nsecond line` });
  assert.equal(path, `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`);
  const [, credentials = ''] = (headers.authorization ?? '').split(' ');
  assert.equal(Buffer.from(credentials, 'base64').toString(), `AC${'0'.repeat(32)}:token0123456789abcdef`);
  const form = new URLSearchParams(String(body));
  assert.deepEqual([form.get('To'), form.get('From')], ['+34911234567', '+15005550006']);
  const text = form.get('Body') ?? '';
  assert.ok(text.length <= 480, `${text.length} characters`);
  assert.match(text, /^Al’s \*Diner\* <&> is down\nx+…\nhttps:\/\/monitor\.example\.com\/ack#t$/);
});

test('ntfy gets the topic in the body, a priority, and the same sequence ID in every attempt', async (t) => {
  const { path, headers, json } = await sent(t, 'ntfy');
  assert.equal(path, '/');
  assert.equal(headers.authorization, 'Bearer tk_secret');
  assert.deepEqual(json(), {
    ...{ topic: 'alerts', title: MESSAGE.title, message: MESSAGE.text, sequence_id: ID, priority: 5 },
    click: MESSAGE.url,
    actions: [{ action: 'view', label: 'Acknowledge', url: MESSAGE.acknowledgeUrl }],
  });
  const notice = (await sent(t, 'ntfy', NOTICE)).json();
  assert.deepEqual([notice.priority, notice.click, notice.actions], [3, undefined, undefined]);
});

test('Apprise gets the type of the message, and an unknown configuration is rejected', async (t) => {
  const { json, result } = await sent(t, 'apprise', RESOLVED, { status: 204 });
  const { title, type, format } = json();
  assert.deepEqual([title, type, format], [MESSAGE.title, 'success', 'text']);
  assert.equal(result?.status, 'rejected');
  assert.equal((await sent(t, 'apprise')).json().type, 'failure');
});

test('mail has the same Message-ID in every attempt', async (t) => {
  const server = await mailServer(t);
  const parts = mailParts(t, server.port);
  const mail = channelOf('mail');
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await mail?.send({ to: 'ops@example.com' } as never, MESSAGE, parts), { status: 'sent' });
  }
  const [first, second] = [await server.mail(1), await server.mail(2)];
  assert.deepEqual([first.messageId, second.messageId], [`<${ID}@example.com>`, `<${ID}@example.com>`]);
  assert.equal(first.subject, MESSAGE.title);
  assert.equal(first.text.trim(), `${MESSAGE.text}\n\nDetails: ${MESSAGE.url}\nAcknowledge: ${MESSAGE.acknowledgeUrl}`);
});

test('without a mail server, mail waits', async (t) => {
  const result = await channelOf('mail')?.send(
    { to: 'ops@example.com' } as never,
    MESSAGE,
    channelParts(t, 'http://x'),
  );
  assert.deepEqual(result, { status: 'retry', reason: 'no mail server is configured: SMTP_URL is not set' });
});

test('an address that is not public is refused, and nothing is sent', async (t) => {
  const receiver = await Receiver.open(t);
  const { http: _, ...parts } = channelParts(t, receiver.url);
  const guarded = { ...parts, http: loopbackClient(t, []) };
  const result = await channelOf('webhook')?.send(httpSettings('webhook', receiver.url) as never, MESSAGE, guarded);
  assert.deepEqual(result, {
    status: 'rejected',
    reason: '127.0.0.1 is not a public address; NOTIFY_ALLOW_PRIVATE can allow it',
  });
  assert.equal(receiver.requests.length, 0);
});
