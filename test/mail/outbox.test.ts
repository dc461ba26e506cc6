import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Outbox } from '../../src/mail/outbox.ts';
import { SmtpMailer } from '../../src/mail/smtp.ts';
import { Metrics } from '../../src/metrics.ts';
import { mailServer } from '../support/mail-server.ts';

const FROM = 'Restaurant Monitor <monitor@example.com>';
const MESSAGE = {
  kind: 'invitation',
  to: 'anna@example.org',
  subject: 'Grüße, “Anna”',
  text: `Hello\n\nhttps://monitor.example.com/invitation#${'x'.repeat(43)}\n\n.\nfrom here\n`,
};

/** An outbox with its log. */
function outboxTo(port: number, credentials?: { user: string; password: string }, host = '127.0.0.1') {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const mailer = new SmtpMailer({ host, port, secure: false, from: FROM, credentials });
  const logged = () => lines.map((line) => JSON.parse(line) as { msg: string; reason?: string; kind?: string });
  return { outbox: new Outbox({ mailer, log, pauses: [1, 1] }), logged, lines };
}

test('a message arrives as it was written, from the configured sender', async (t) => {
  const server = await mailServer(t);
  const { outbox, logged } = outboxTo(server.port);
  t.after(() => outbox.stop());
  outbox.post(MESSAGE);
  await outbox.settled();
  const { subject, text } = MESSAGE;
  assert.deepEqual(
    server.received.map(({ messageId = '', ...mail }) => ({
      ...{ ...mail, text: mail.text.trimEnd() },
      named: /^<.+@example\.com>$/.test(messageId),
    })),
    [
      {
        named: true,
        from: '"Restaurant Monitor" <monitor@example.com>',
        to: 'anna@example.org',
        subject,
        text: text.trimEnd(),
        user: undefined,
        ...{ html: '', attachments: [], unsubscribe: [] },
      },
    ],
  );
  assert.deepEqual(
    logged().map(({ msg, kind }) => [msg, kind]),
    [['mail sent', 'invitation']],
  );
});

test('what is refused for now is sent again, and what is refused for good is not', async (t) => {
  const server = await mailServer(t);
  const { outbox, logged, lines } = outboxTo(server.port);
  t.after(() => outbox.stop());
  server.refuse('450 mailbox busy', '421 try later');
  outbox.post(MESSAGE);
  await outbox.settled();
  assert.equal(server.received.length, 1);
  server.refuse('550 no such mailbox');
  outbox.post(MESSAGE);
  await outbox.settled();
  assert.equal(server.received.length, 1);
  server.refuse('450 one', '450 two', '450 three');
  outbox.post(MESSAGE);
  await outbox.settled();
  assert.equal(server.received.length, 1);
  const again = 'mail not sent yet; trying again';
  const messages = [again, again, 'mail sent', 'mail not sent', again, again, 'mail not sent'];
  assert.deepEqual(
    logged().map(({ msg }) => msg),
    messages,
  );
  assert.match(`${logged()[3]?.reason}`, /550 no such mailbox/);
  assert.doesNotMatch(lines.join(''), /xxxxx|Hello/, 'nothing of the message is in the log');
});

test('a mail server that cannot be reached loses no more than the message', async (t) => {
  const server = await mailServer(t);
  const { outbox, logged } = outboxTo(server.port, { user: 'monitor', password: 'wrong' });
  t.after(() => outbox.stop());
  outbox.post(MESSAGE);
  await outbox.settled();
  assert.equal(logged().at(-1)?.msg, 'mail not sent');
  const none = outboxTo(1);
  t.after(() => none.outbox.stop());
  none.outbox.post(MESSAGE);
  await none.outbox.settled();
  assert.match(`${none.logged().at(-1)?.reason}`, /ECONNREFUSED/);
});

test('credentials are used, but not sent in plain text to another machine', async (t) => {
  const credentials = { user: 'monitor', password: 'p@ss:word/%' };
  const server = await mailServer(t, { credentials });
  const { outbox } = outboxTo(server.port, credentials);
  t.after(() => outbox.stop());
  outbox.post(MESSAGE);
  await outbox.settled();
  assert.equal(server.received[0]?.user, 'monitor');
  // An address of this machine that does not look like it.
  const other = outboxTo(server.port, credentials, '0.0.0.0');
  t.after(() => other.outbox.stop());
  other.outbox.post(MESSAGE);
  await other.outbox.settled();
  assert.equal(server.received.length, 1);
  assert.match(`${other.logged().at(-1)?.reason}`, /certificate/);
});

test('an outbox that was stopped sends nothing', async (t) => {
  const server = await mailServer(t);
  const { outbox, logged } = outboxTo(server.port);
  await outbox.stop();
  outbox.post(MESSAGE);
  await outbox.settled();
  assert.equal(server.received.length, 0);
  assert.equal(logged()[0]?.msg, 'mail dropped');
});

test('every attempt is counted by kind and outcome, and messages that wait by number', async (t) => {
  const server = await mailServer(t);
  const metrics = new Metrics();
  const mailer = new SmtpMailer({
    host: '127.0.0.1',
    port: server.port,
    secure: false,
    from: FROM,
    credentials: undefined,
  });
  const outbox = new Outbox({
    ...{ mailer, log: pino({ level: 'silent' }), pauses: [1] },
    onOutcome: (kind, outcome) => metrics.mail(kind, outcome),
  });
  t.after(() => outbox.stop());
  metrics.watchMail(() => outbox.waiting);
  const lines = async () =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith('restaurant_monitor_mail_'));
  server.refuse('450 mailbox busy');
  outbox.post(MESSAGE);
  assert.equal(outbox.waiting, 1);
  await outbox.settled();
  server.refuse('550 no such mailbox');
  outbox.post({ ...MESSAGE, kind: 'password reset' });
  await outbox.settled();
  await outbox.stop();
  outbox.post(MESSAGE);
  const total = (kind: string, outcome: string) =>
    `restaurant_monitor_mail_messages_total{kind="${kind}",outcome="${outcome}"} 1`;
  assert.deepEqual((await lines()).sort(), [
    total('invitation', 'dropped'),
    total('invitation', 'retried'),
    total('invitation', 'sent'),
    total('password_reset', 'failed'),
    'restaurant_monitor_mail_waiting 0',
  ]);
});
