import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { type DigestParts, Digests } from '../../src/alerts/digests.ts';
import { Evaluator, type EvaluatorParts } from '../../src/alerts/evaluator.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { EMPTY, type Intervals } from '../../src/domain/interval.ts';
import type { ReadPlanned } from '../../src/fleet/planned.ts';
import { Schedules } from '../../src/fleet/schedules.ts';
import { FleetService } from '../../src/fleet/service.ts';
import type { AlertRuleRecord } from '../../src/storage/ports/alerts.ts';
import type { Digest } from '../../src/storage/ports/contact-points.ts';
import type { DeliveryRecord } from '../../src/storage/ports/deliveries.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';
import { incidentRecord, ruleRecord } from './alert-records.ts';
import { merge, type StagedFeeds } from './staging.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A Wednesday, 12:00 UTC. */
export const NOON = Date.parse('2025-06-04T12:00Z');

/** Stores, alert rules and an evaluator, in a storage in memory and at a time that a test chooses. */
export class AlertWorld {
  readonly storage: Storage;
  readonly directory: StoreDirectory;
  readonly schedules: Schedules;
  readonly evaluator: Evaluator;
  readonly digests: Digests;
  now = NOON;
  /** Whether the wall clock can be relied on. */
  trusted = true;
  /** How often an evaluation asked for the states of all stores. */
  statesRead = 0;
  /** Planned downtime of stores by id. */
  readonly planned = new Map<string, Intervals>();
  readonly #parts: EvaluatorParts & DigestParts;
  readonly #owners: string[] = [];
  /** The deliveries that were returned. */
  readonly #seen = new Set<string>();

  private constructor(storage: Storage, live: boolean) {
    this.storage = storage;
    const now = () => this.now;
    this.directory = new StoreDirectory({ storage, elapsed: now });
    this.schedules = new Schedules(storage, this.directory);
    const log = pino({ level: 'silent' });
    const planned: ReadPlanned = async () => (store) => this.planned.get(store.id) ?? EMPTY;
    const fleet = new FleetService({
      ...{ storage, directory: this.directory, log, now, elapsed: now, pollInterval: HOUR, waitingPerRequester: 3 },
      planned,
    });
    this.#parts = {
      ...{
        storage,
        schedules: () => this.schedules.current(),
        log,
        now,
        elapsed: now,
        live,
        pollInterval: HOUR,
        server: 'one',
      },
      states: () => {
        this.statesRead++;
        return fleet.states(undefined);
      },
      planned,
      isBlinding: () => true,
      trusted: () => this.trusted,
      onMessages: () => {},
    };
    this.evaluator = new Evaluator(this.#parts);
    this.digests = new Digests(this.#parts);
  }

  /** @param feeds stores without hours are always open */
  static async open(t: Pick<TestContext, 'after'>, feeds: StagedFeeds, { live = false } = {}): Promise<AlertWorld> {
    const storage = await openStorage(IN_MEMORY);
    t.after(() => storage.close());
    await merge(storage, feeds);
    const world = new AlertWorld(storage, live);
    await world.addContactPoint('team');
    return world;
  }

  /** An evaluator like that of another server, or of this one after a restart. */
  another(): Evaluator {
    return new Evaluator({ ...this.#parts, server: 'another' });
  }

  async addContactPoint(id: string, userId?: string): Promise<void> {
    await this.storage.contactPoints.changing((changes) =>
      changes.addContactPoint({
        ...{ id, userId, name: id, channel: 'ntfy', settings: {}, secrets: undefined, zone: 'UTC' },
        ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: this.now },
      }),
    );
  }

  async setDigest(id: string, digest: Digest): Promise<void> {
    await this.storage.contactPoints.changing(async (changes) => {
      const point = await changes.contactPoint(id);
      if (point !== undefined) await changes.changeContactPoint({ ...point, digest });
    });
  }

  /** Writes the digests that are due this many minutes after noon, and returns what was added. */
  async digest(minutes: number, digests = this.digests): Promise<DeliveryRecord[]> {
    this.now = NOON + minutes * MINUTE;
    await digests.write();
    return this.deliveries();
  }

  /** Digests like those of another server, or of this one after a restart. */
  anotherDigests(): Digests {
    return new Digests(this.#parts);
  }

  /** The monitor could not observe between these minutes after noon; without `until`, it still cannot. */
  async blind(from: number, until: number | undefined): Promise<void> {
    const incident = incidentRecord(`blind ${from}`, {
      ...{ kind: 'blind', storeId: undefined, ruleId: undefined, since: NOON + from * MINUTE },
      ...{ openedAt: NOON + from * MINUTE, resolvedAt: until === undefined ? undefined : NOON + until * MINUTE },
    });
    await this.storage.alerts.changing((changes) => changes.saveIncidents([incident]));
  }

  async addOwner(id: string, storeIds: readonly string[]): Promise<void> {
    await this.storage.accounts.changing(async (changes) => {
      const user = { id, login: id, name: id, role: 'owner', passwordHash: null, createdAt: this.now } as const;
      await changes.addUser(user);
      await changes.assignStores(id, storeIds);
    });
    this.#owners.push(id);
  }

  async saveRule(id: string, change: Partial<AlertRuleRecord> = {}): Promise<void> {
    await this.storage.alerts.changing((changes) => changes.saveRules([ruleRecord(id, change)]));
  }

  /** Adds polls `[store, minutes after noon, active, reason]`. */
  async poll(...polls: readonly (readonly [string, number, boolean, string?])[]): Promise<void> {
    const reasons = polls.flatMap(([, , , reason], i) => (reason === undefined ? [] : [[i, reason] as const]));
    await this.storage.appendPolls([
      {
        ids: polls.map(([id]) => id),
        instants: polls.map(([, minutes]) => NOON + minutes * MINUTE),
        active: polls.map(([, , active]) => (active ? 1 : 0)),
        reasons: new Map(reasons),
      },
    ]);
  }

  /** Evaluates at so many minutes after noon, and returns what is said: `opened team: a b`. */
  async at(minutes: number, evaluator = this.evaluator): Promise<string[]> {
    this.now = NOON + minutes * MINUTE;
    await evaluator.evaluate();
    return this.said();
  }

  /** What was said since the last call, sorted. */
  async said(): Promise<string[]> {
    const texts = (await this.deliveries()).map(({ contactPointId, facts: { kind, stores, more } }) => {
      const ids = [...stores.map(({ id }) => id).sort(), ...(more > 0 ? [`+${more}`] : [])];
      return `${kind} ${contactPointId}: ${ids.join(' ')}`.trimEnd();
    });
    return texts.sort();
  }

  async allDeliveries(): Promise<DeliveryRecord[]> {
    const whose = [{ team: true }, ...this.#owners.map((userId) => ({ userId, team: false }))];
    const found = await Promise.all(
      whose.map((one) => this.storage.deliveries.deliveries({ whose: one }, undefined, 1_000)),
    );
    return found.flat();
  }

  /** The deliveries that were added since the last call, by contact point and kind. */
  async deliveries(): Promise<DeliveryRecord[]> {
    const added = (await this.allDeliveries()).filter(({ id }) => !this.#seen.has(id));
    for (const { id } of added) this.#seen.add(id);
    const place = ({ kind, contactPointId }: DeliveryRecord) => `${kind} ${contactPointId}`;
    return added.sort((a, b) => a.createdAt - b.createdAt || (place(a) < place(b) ? -1 : 1));
  }
}
