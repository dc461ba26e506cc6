import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertHistory, LoggedMessage } from '../history/messages.ts';
import type { Poll } from '../history/polls.ts';
import type { AlertReceiver } from './alert-receiver.ts';
import { type Scene, sendPolls } from './poll-clients.ts';

/** Fewer than a mass outage has. */
const STORES = ['alert-1', 'alert-2', 'alert-3', 'alert-4'];
const CONTACT_POINTS = ['first', 'second'];
/** Milliseconds until a message was sent for sure: leases of lost workers and a pause of five minutes included. */
const LATEST = 480_000;
const MINUTE = 60_000;

/** Stores that go down and come up, and what is told about that. */
export class AlertClients {
  readonly #scene: Scene;
  readonly #receiver: AlertReceiver;
  /** The names of contact points by their ids. */
  readonly #names = new Map<string, string>();
  readonly #outages = new Map<string, number>(STORES.map((store) => [store, 0]));
  /** The names of the contact points that get a digest, and when the last of them is due. */
  readonly #digests: string[] = [];
  #lastDigest = 0;

  private constructor(scene: Scene, receiver: AlertReceiver) {
    this.#scene = scene;
    this.#receiver = receiver;
  }

  /**
   * Creates the stores, contact points that send to a receiver, and a rule that tells them at once; and other contact
   * points, of which each gets a digest in one of the next minutes.
   */
  static async begin(scene: Scene, receiver: AlertReceiver, digests: number): Promise<AlertClients> {
    const clients = new AlertClients(scene, receiver);
    for (const store of STORES)
      await clients.#create('stores', { store_id: store, labels: { place: store, alerts: 'on' } });
    const points = [];
    for (const name of CONTACT_POINTS) points.push(await clients.#createPoint(name));
    await clients.#create('alert-rules', {
      ...{ name: 'Down', labels: { alerts: 'on' }, group_by: ['place'], interval_minutes: 0, repeat_minutes: null },
      steps: [{ after_minutes: 0, contact_points: points, owners: false }],
    });
    // It is set up before it is due.
    const first = Math.ceil((Date.now() + 10_000) / MINUTE) * MINUTE;
    for (let i = 0; i < digests; i++) {
      const [name, due] = [`digest-${i}`, first + i * MINUTE];
      await clients.#createPoint(name, { digest: { time: new Date(due).toISOString().slice(11, 16), day: null } });
      clients.#digests.push(name);
      clients.#lastDigest = due;
    }
    return clients;
  }

  async #createPoint(name: string, others: object = {}): Promise<string> {
    const settings = { url: `${this.#receiver.url}/${name}`, secret: `whsec_${'a'.repeat(32)}` };
    const point = { team: true, name, channel: 'webhook', settings, ...others };
    const { contact_point_id: id = '' } = await this.#create('contact-points', point);
    this.#names.set(id, name);
    return id;
  }

  async #create(what: string, body: object): Promise<Record<string, string>> {
    const { recorder, servers } = this.#scene;
    const [server] = servers as [(typeof servers)[number]];
    const answer = await recorder.request(server, 'POST', `/api/v1/${what}`, JSON.stringify(body));
    if (answer.status !== 201) throw new Error(`POST ${what} got ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body.toString());
  }

  /** Lets each store go down and come up again and again, as soon as somebody was told about the last change. */
  run(): Promise<void>[] {
    return STORES.map(async (store) => {
      const { random, isOpen } = this.#scene;
      let last = Number.NEGATIVE_INFINITY;
      const poll = async (count: number, active: boolean) => {
        const first = Math.max(last + 1, Date.now() - 2_000);
        last = first + count - 1;
        await this.#send(Array.from({ length: count }, (_, i): Poll => [store, first + i, active]));
      };
      while (isOpen()) {
        await sleep(random.between(0, 2_000));
        const outage = (this.#outages.get(store) ?? 0) + 1;
        this.#outages.set(store, outage);
        await poll(2, false);
        if (!(await this.#isTold(store, outage, 'opened'))) return;
        await sleep(random.between(0, 2_000));
        await poll(1, true);
        if (!(await this.#isTold(store, outage, 'resolved'))) return;
      }
    });
  }

  /** Sends polls until they are acknowledged, also after the last fault. */
  async #send(polls: readonly Poll[]): Promise<void> {
    while ((await sendPolls(this.#scene, polls)).outcome !== 'acknowledged') {
      await sleep(this.#scene.random.between(50, 400));
    }
  }

  /** Waits for a message. While there are faults, an outage has no end by which it must be told. */
  async #isTold(store: string, outage: number, kind: string): Promise<boolean> {
    const { recorder, isOpen } = this.#scene;
    for (let end = Number.POSITIVE_INFINITY; recorder.now() < end; ) {
      if (end === Number.POSITIVE_INFINITY && !isOpen()) end = recorder.now() + LATEST;
      const told = this.#receiver.received.filter((one) => one.store === store && one.kind === kind);
      if (new Set(told.map(({ incident }) => incident)).size >= outage) return true;
      await sleep(50);
    }
    recorder.violate(
      'messages arrive',
      `no message within ${LATEST} ms after the last fault says that outage ${outage} of ${store} is ${kind}`,
    );
    return false;
  }

  /** Waits until no message is on its way, and reads everything that the database holds. */
  async conclude(): Promise<AlertHistory> {
    const { recorder } = this.#scene;
    const end = recorder.now() + LATEST + Math.max(0, this.#lastDigest - Date.now());
    const isDue = (name: string) => !logged.some((one) => one.kind === 'digest' && one.contactPoint === name);
    let logged: LoggedMessage[];
    do {
      await sleep(500);
      logged = (await this.#list('deliveries')).map((one) => ({
        ...{ id: one.delivery_id, contactPoint: this.#names.get(one.contact_point_id) ?? one.contact_point_id },
        ...{ kind: one.kind, incident: one.incident_id, status: one.status },
      }));
    } while (
      (this.#digests.some(isDue) || logged.some(({ status }) => status === 'pending' || status === 'sending')) &&
      recorder.now() < end
    );
    const incidents = (await this.#list('incidents')).map((one) => ({
      ...{ id: one.incident_id, store: one.store_id, resolved: one.resolved_at !== null },
    }));
    return {
      ...{ outages: this.#outages, incidents, logged },
      ...{ contactPoints: CONTACT_POINTS, digests: this.#digests, received: this.#receiver.received },
    };
  }

  // biome-ignore lint/suspicious/noExplicitAny: what the API answers is compared, not used
  async #list(what: string): Promise<any[]> {
    const { recorder, servers } = this.#scene;
    const [server] = servers as [(typeof servers)[number]];
    const items = [];
    for (let cursor = ''; ; ) {
      const path = `/api/v1/${what}?limit=500${cursor}`;
      const answer = await recorder.request(server, 'GET', path);
      if (answer.status !== 200) {
        recorder.unexpected(path, answer);
        return items;
      }
      const page = JSON.parse(answer.body.toString());
      items.push(...page.items);
      if (page.next_cursor === null) return items;
      cursor = `&cursor=${page.next_cursor}`;
    }
  }
}
