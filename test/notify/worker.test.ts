import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { NotificationFacts } from '../../src/domain/alerts/facts.ts';
import { channelOf } from '../../src/notify/channels/registry.ts';
import { Composer } from '../../src/notify/composer.ts';
import type { Template } from '../../src/notify/messages/templates.ts';
import { Sealer } from '../../src/notify/sealer.ts';
import { type AttemptOutcome, DeliveryWorker } from '../../src/notify/worker.ts';
import type { NewContactPoint } from '../../src/storage/ports/contact-points.ts';
import type { DeliveryRecord, NewDelivery } from '../../src/storage/ports/deliveries.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { MemoryStorage } from '../storage/memory/storage.ts';
import { channelParts, httpSettings } from '../support/notify.ts';
import { Receiver } from '../support/receiver.ts';

const T = Date.parse('2026-11-27T18:05:00Z');
const HOUR = 3_600_000;
const KEY = 'a'.repeat(32);

const FACTS: NotificationFacts = {
  ...{ kind: 'opened', severity: 'notice', at: T, incidentId: 'i', stores: [], more: 2, canAcknowledge: true },
  page: '/incidents/i',
};

/** A database whose clock a test can set, and what sends to one receiver. */
async function world(t: TestContext) {
  const clock = { now: T, trusted: true };
  const storage = new MemoryStorage({ clock: () => clock.now });
  t.after(() => storage.close());
  const receiver = await Receiver.open(t);
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const outcomes: [string, AttemptOutcome][] = [];
  const worker = (over: Storage = storage, secretKey = KEY) => {
    const created = new DeliveryWorker({
      ...{ storage: over, log, now: () => clock.now, trusted: () => clock.trusted, sealer: new Sealer(secretKey) },
      channels: { ...channelParts(t, receiver.url), now: () => clock.now },
      composer: new Composer({
        ...{ publicUrl: 'https://monitor.example.com', log },
        acknowledgeLinks: async ({ incidentId }, { id }) => `https://monitor.example.com/ack/${incidentId}/${id}`,
      }),
      onAttempt: (channel, outcome) => outcomes.push([channel, outcome]),
    });
    t.after(() => created.stop());
    created.start();
    return created;
  };
  const addPoint = (id: string, more: Partial<NewContactPoint> = {}, template?: Partial<Template>) => {
    const kind = more.channel ?? 'webhook';
    const channel = channelOf(kind);
    assert.ok(channel !== undefined, kind);
    const { open, secrets } = new Sealer(KEY).divide(channel, id, httpSettings(kind, receiver.url));
    const settings = { values: open, target: 'x', ...(template && { template }) };
    return storage.contactPoints.changing((changes) =>
      changes.addContactPoint({
        ...{
          id,
          userId: undefined,
          name: id,
          channel: kind,
          settings,
          secrets,
          zone: 'UTC',
          quietHours: undefined,
          digest: undefined,
        },
        ...{ enabled: true, createdAt: T, ...more },
      }),
    );
  };
  const add = (id: string, more: Partial<NewDelivery> = {}) =>
    storage.deliveries.adding((changes) =>
      changes.addDelivery({
        ...{ id, key: id, contactPointId: 'p', kind: 'opened', facts: FACTS, notBefore: T, createdAt: T, ...more },
      }),
    );
  /** Resolves with the delivery once it is as expected. */
  const delivery = async (id: string, isExpected: (found: DeliveryRecord) => boolean): Promise<DeliveryRecord> => {
    for (;;) {
      const found = await storage.deliveries.delivery(id);
      if (found !== undefined && isExpected(found)) return found;
      await sleep(10);
    }
  };
  const finished = (id: string) => delivery(id, ({ finishedAt }) => finishedAt !== undefined);
  const tried = (id: string, attempts: number) =>
    delivery(id, (found) => found.status === 'pending' && found.attempts === attempts);
  return { clock, storage, receiver, lines, outcomes, worker, addPoint, add, delivery, finished, tried };
}

suite('the delivery worker', () => {
  test('sends a message that is due, with its links', async (t) => {
    const { receiver, worker, addPoint, add, finished, outcomes } = await world(t);
    await addPoint('p');
    await add('d', { incidentId: 'i' });
    worker();
    assert.equal((await finished('d')).status, 'sent');
    const [request] = receiver.requests;
    assert.equal(request?.headers['webhook-id'], 'd');
    const { data } = JSON.parse(String(request?.body));
    assert.equal(data.title, '2 stores are down');
    assert.equal(data.url, 'https://monitor.example.com/incidents/i');
    assert.equal(data.acknowledge_url, 'https://monitor.example.com/ack/i/p');
    assert.deepEqual(outcomes, [['webhook', 'sent']]);
  });

  test('one message is sent once, however many workers there are', async (t) => {
    const { receiver, worker, addPoint, add, finished } = await world(t);
    const points = ['p', 'q', 'r', 's'];
    for (const point of points) await addPoint(point);
    const ids = Array.from({ length: 40 }, (_, i) => `d${i}`);
    for (const [i, id] of ids.entries()) await add(id, { contactPointId: points[i % points.length] as string });
    const workers = [worker(), worker(), worker()];
    for (const id of ids) {
      for (const one of workers) one.wake();
      assert.equal((await finished(id)).status, 'sent');
    }
    const received = receiver.requests.map(({ headers }) => headers['webhook-id']);
    assert.deepEqual(received.sort(), ids.sort());
  });

  test('a message whose worker is lost before it records it is sent again under the same ID', async (t) => {
    const { clock, storage, receiver, worker, addPoint, add, finished } = await world(t);
    await addPoint('p');
    await add('d');
    // The process of this worker ends after the message was sent: nothing is recorded, and it takes nothing else.
    const { deliveries, contactPoints } = storage;
    let claims = 0;
    const dying = Object.assign(Object.create(deliveries), {
      bringForward: async () => {},
      claim: async (...given: Parameters<typeof deliveries.claim>) =>
        claims++ === 0 ? deliveries.claim(...given) : undefined,
      settle: async () => {
        throw new Error('the process ended');
      },
    });
    worker({ accounts: storage.accounts, contactPoints, deliveries: dying } as unknown as Storage);
    await receiver.request(1);
    clock.now += 60_000;
    worker().wake();
    await sleep(50);
    assert.equal(receiver.requests.length, 1, 'the lease holds');
    clock.now += 60_000;
    worker();
    await receiver.request(2);
    assert.equal((await finished('d')).attempts, 2);
    assert.deepEqual(
      receiver.requests.map(({ headers }) => headers['webhook-id']),
      ['d', 'd'],
    );
  });

  test('what waits for an hour that the clock showed before it was set back is sent at once', async (t) => {
    const { clock, worker, addPoint, add, finished } = await world(t);
    await addPoint('p');
    await add('d', { notBefore: T + HOUR, createdAt: T + HOUR });
    const sender = worker();
    clock.trusted = false;
    sender.clockSetBack();
    clock.trusted = true;
    sender.wake();
    assert.equal((await finished('d')).finishedAt, T);
  });

  test('while the clock is wrong, nothing is sent, given up or held back', async (t) => {
    const { clock, receiver, worker, addPoint, add, finished } = await world(t);
    await addPoint('p');
    await add('d');
    Object.assign(clock, { now: T + 30 * HOUR, trusted: false });
    const running = worker();
    await sleep(50);
    assert.deepEqual(receiver.requests, []);
    Object.assign(clock, { now: T, trusted: true });
    running.wake();
    const { status, attempts, finishedAt } = await finished('d');
    assert.deepEqual([status, attempts, finishedAt], ['sent', 1, T]);
  });

  test('a receiver that fails is tried again later, and asks others to wait with Retry-After', async (t) => {
    const { clock, receiver, worker, addPoint, add, delivery, tried, finished, outcomes } = await world(t);
    receiver.behavior = { status: 503, headers: { 'retry-after': '600' } };
    await addPoint('p');
    await add('d');
    const running = worker();
    const waiting = await tried('d', 1);
    assert.deepEqual([waiting.reason, waiting.nextAt], ['it responded with 503', T + 600_000]);
    await add('other');
    receiver.behavior = { status: 200 };
    clock.now = T + 599_000;
    running.wake();
    await sleep(50);
    assert.equal(receiver.requests.length, 1, 'the contact point is held');
    clock.now = T + 600_000;
    running.wake();
    await finished('d');
    assert.equal((await finished('other')).status, 'sent');
    assert.deepEqual(outcomes[0], ['webhook', 'retry']);
    assert.equal((await delivery('d', () => true)).reason, undefined);
  });

  test('an address that is gone disables the contact point, and later messages say so', async (t) => {
    const { storage, receiver, worker, addPoint, add, finished, outcomes } = await world(t);
    receiver.behavior = { status: 410 };
    await addPoint('p');
    await add('d');
    worker();
    assert.equal((await finished('d')).reason, 'it responded with 410');
    const notice = 'disabled because its address no longer exists: it responded with 410';
    const point = await storage.contactPoints.contactPoint('p');
    assert.deepEqual([point?.enabled, point?.notice], [false, notice]);
    await add('later');
    assert.equal((await finished('later')).reason, notice);
    assert.equal(receiver.requests.length, 1);
    assert.deepEqual(outcomes, [['webhook', 'gone']]);
  });

  test('a user who is disabled gets no messages', async (t) => {
    const { storage, receiver, worker, addPoint, add, finished } = await world(t);
    const user = { id: 'u', login: 'u', name: '', email: undefined, role: 'owner' } as const;
    await storage.accounts.changing(async (changes) => {
      await changes.addUser({ ...user, passwordHash: null, createdAt: T });
      await changes.changeUser({ ...user, disabled: true });
    });
    await addPoint('p', { userId: 'u' });
    await add('d');
    worker();
    assert.equal((await finished('d')).reason, 'the user of the contact point is disabled');
    assert.equal(receiver.requests.length, 0);
  });

  test('a message that was not sent for a day is given up, and says so', async (t) => {
    const { clock, receiver, worker, addPoint, add, tried, finished } = await world(t);
    receiver.behavior = 'cut';
    await addPoint('p');
    await add('d');
    const running = worker();
    await tried('d', 1);
    clock.now = T + 24 * HOUR + 1;
    running.wake();
    const { status, reason } = await finished('d');
    assert.equal(status, 'failed');
    assert.match(reason ?? '', /^given up after a day: the connection failed/);
    assert.equal(receiver.requests.length, 1);
  });

  test('quiet hours put notices off until their end; a test is sent at once', async (t) => {
    const { clock, receiver, worker, addPoint, add, delivery, finished } = await world(t);
    const quietHours = { start: 18 * HOUR, end: 19 * HOUR, holdPages: false };
    await addPoint('p', { quietHours });
    await addPoint('q', { quietHours });
    await add('d');
    await add('page', { contactPointId: 'q', facts: { ...FACTS, severity: 'page' } });
    const running = worker();
    const waiting = await delivery('d', ({ reason }) => reason === 'quiet hours');
    assert.deepEqual([waiting.attempts, waiting.nextAt], [0, Date.parse('2026-11-27T19:00:00Z')]);
    assert.equal((await finished('page')).status, 'sent');
    await add('test', { kind: 'test', facts: { ...FACTS, kind: 'test' } });
    running.wake();
    assert.equal((await finished('test')).status, 'sent');
    clock.now = Date.parse('2026-11-27T19:00:00Z');
    running.wake();
    assert.equal((await finished('d')).status, 'sent');
    assert.equal(receiver.requests.length, 3);
  });

  test('no secret is in the reason or in the log, even if the receiver repeats it', async (t) => {
    const { receiver, worker, addPoint, add, finished, lines } = await world(t);
    receiver.behavior = { status: 400, body: 'Cannot POST /hooks/secret' };
    await addPoint('p', { channel: 'slack' });
    await add('d');
    worker();
    assert.equal((await finished('d')).reason, 'it responded with 400: Cannot POST …');
    assert.doesNotMatch(lines.join(''), /hooks\/secret/);
  });

  test('secrets that were sealed with another key leave the message waiting', async (t) => {
    const { storage, receiver, worker, addPoint, add, tried } = await world(t);
    await addPoint('p');
    await add('d');
    worker(storage, 'b'.repeat(32));
    const { reason } = await tried('d', 1);
    assert.equal(reason, 'the secrets of the contact point cannot be decrypted with this SECRET_KEY');
    assert.equal(receiver.requests.length, 0);
  });

  test('a contact point has its own texts; if they fail, the message is sent with the usual ones', async (t) => {
    const { receiver, worker, addPoint, add, finished } = await world(t);
    await addPoint('p', {}, { title: 'Hello {{ store_count }}' });
    await addPoint('q', {}, { title: '{% broken' });
    await add('d');
    await add('e', { contactPointId: 'q' });
    worker();
    await finished('d');
    await finished('e');
    const titles = receiver.requests.map(({ body }) => JSON.parse(String(body)).data.title);
    assert.deepEqual(titles.sort(), ['2 stores are down', 'Hello 2']);
  });
});
