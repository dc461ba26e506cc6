import type { NotificationFacts, StoreFacts } from '../domain/alerts/facts.ts';
import { plannedTest } from '../fleet/planned.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { LeasedLoop, type LeasedLoopParts } from '../jobs/leased-loop.ts';
import { untrustedClock } from '../lib/world/clock-watch.ts';
import { newId } from '../lib/world/random.ts';
import type { TimePlace } from '../storage/ports/account-catalog.ts';
import type { IncidentFilter, IncidentRecord } from '../storage/ports/alerts.ts';
import type { ContactPointRecord } from '../storage/ports/contact-points.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { dueDigest } from './due-digest.ts';
import { type Recipient, Recipients } from './recipients.ts';
import { type StoreFactsParts, storeFacts } from './store-facts.ts';

export interface DigestParts extends LeasedLoopParts {
  readonly storage: Pick<Storage, 'accounts' | 'alerts' | 'contactPoints' | 'deliveries' | 'leases' | 'snapshot'>;
  readonly schedules: () => Promise<FleetSchedule>;
  readonly planned: StoreFactsParts['planned'];
  readonly pollInterval: number;
  readonly now: () => number;
  /** Called when messages were added. */
  readonly onMessages: () => void;
}

const PAGE = 1_000;
/** The stores that a digest lists. */
const MOST_LISTED = 10;

/** A digest that is due, with the period that it covers. */
interface Due {
  readonly point: ContactPointRecord;
  readonly from: number;
  readonly until: number;
}

/**
 * Sends the digests of contact points: what began and ended since the one before, and what is still open. The key of the
 * message names the contact point and the time, so each digest is sent once, also after a restart and by several servers.
 */
export class Digests {
  readonly #parts: DigestParts;
  readonly #loop: LeasedLoop;
  /** The times of the last digests, by contact point, so that they are not written again in vain. */
  readonly #written = new Map<string, number>();

  constructor(parts: DigestParts) {
    this.#parts = parts;
    const warning = 'cannot write the digests; trying again';
    this.#loop = new LeasedLoop(parts, 'digests', warning, () => this.write());
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Adds the messages of the digests that are due. @throws what the database throws */
  async write(): Promise<void> {
    const { storage, onMessages, trusted } = this.#parts;
    const now = this.#parts.now();
    const points = await storage.contactPoints.contactPointsWithDigest();
    const due = points.flatMap((point) => {
      const period = point.digest && dueDigest(point.digest, point.zone, now);
      return period === undefined || this.#written.get(point.id) === period.until ? [] : [{ point, ...period }];
    });
    if (due.length === 0) return;
    const recipients = new Recipients(storage);
    for (const one of due) {
      const [recipient] = await recipients.named([one.point.id]);
      if (recipient !== undefined) {
        const facts = await this.#facts(one, recipient, now);
        // The clock may have been set since the work began.
        if (!trusted()) throw untrustedClock();
        await this.#add(one, facts, now);
      }
      this.#written.set(one.point.id, one.until);
    }
    onMessages();
  }

  async #add({ point, until }: Due, facts: NotificationFacts, at: number): Promise<void> {
    const key = `digest.${point.id}.${until}`;
    const message = {
      id: newId(),
      key,
      contactPointId: point.id,
      kind: facts.kind,
      facts,
      notBefore: at,
      createdAt: at,
    };
    await this.#parts.storage.deliveries.adding((changes) => changes.addDelivery(message));
  }

  async #facts({ from, until }: Due, { stores }: Recipient, now: number): Promise<NotificationFacts> {
    const rules = await this.#parts.storage.alerts.rules();
    const all = await this.#incidents({ openSince: from, ...(stores !== 'all' && { storeIds: [...stores] }) });
    // Interruptions of monitoring concern owners, too, although they are about no store.
    const blind = stores === 'all' ? all : await this.#incidents({ openSince: from, members: false });
    const known = all.filter(({ kind, openedAt }) => kind !== 'blind' && openedAt < until);
    const isOpen = ({ resolvedAt = Number.POSITIVE_INFINITY }: IncidentRecord) => resolvedAt >= until;
    // A mass outage is one incident for those who see all of its stores, until it leaves some of them down; an owner sees
    // some of its parts.
    const counted = stores === 'all' ? known.filter(({ outageId }) => outageId === undefined) : known;
    const open = known.filter((one) => isOpen(one) && (stores !== 'all' || one.parentId === undefined));
    const listed = await this.#storesOf(
      known.filter((incident) => incident.storeId !== undefined && isOpen(incident)),
      now,
    );
    return {
      ...{ kind: 'digest', severity: 'notice', at: until, period: { from, until } },
      count: counted.filter(({ openedAt }) => openedAt >= from).length,
      digest: {
        ...{ ended: counted.filter((one) => !isOpen(one)).length, open: open.length },
        ...(listed.planned > 0 && { planned: listed.planned }),
        interrupted: interruptedIn(blind, from, until),
        watched: rules.some(({ enabled }) => enabled),
      },
      ...{ stores: listed.facts, more: listed.more, canAcknowledge: false, page: '/incidents' },
    };
  }

  /**
   * The longest outages first, then the stores in planned downtime, which are counted; a store with incidents of several
   * rules is listed once.
   */
  async #storesOf(
    down: readonly IncidentRecord[],
    now: number,
  ): Promise<{ facts: StoreFacts[]; more: number; planned: number }> {
    const longest = new Map<string, IncidentRecord>();
    for (const incident of down.toSorted(byLength)) {
      const { storeId = '' } = incident;
      if (!longest.has(storeId)) longest.set(storeId, incident);
    }
    const { storage, schedules, planned, pollInterval } = this.#parts;
    const fleet = await schedules();
    const isPlanned = plannedTest(await planned(fleet, now, now), fleet.directory, now);
    const all = [...longest.values()];
    const held = all.filter(isPlanned);
    const listed = [...all.filter((incident) => !held.includes(incident)), ...held].slice(0, MOST_LISTED);
    const facts = await storage.snapshot((snapshot) =>
      Promise.all(listed.map((incident) => storeFacts({ snapshot, fleet, planned, pollInterval }, incident, now))),
    );
    const found = facts.filter((one) => one !== undefined);
    return { facts: found, more: all.length - found.length, planned: held.length };
  }

  async #incidents(filter: IncidentFilter): Promise<IncidentRecord[]> {
    const found: IncidentRecord[] = [];
    for (let before: TimePlace | undefined; ; ) {
      const page = await this.#parts.storage.alerts.incidents(filter, before, PAGE);
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return found;
      before = { at: last.openedAt, id: last.id };
    }
  }
}

/** For how long the monitor could not observe in a period, milliseconds. */
function interruptedIn(incidents: readonly IncidentRecord[], from: number, until: number): number {
  const within = ({ since, resolvedAt = until }: IncidentRecord) =>
    Math.max(0, Math.min(resolvedAt, until) - Math.max(since, from));
  return incidents.filter(({ kind }) => kind === 'blind').reduce((sum, incident) => sum + within(incident), 0);
}

function byLength(a: IncidentRecord, b: IncidentRecord): number {
  return a.since - b.since || ((a.storeId ?? '') < (b.storeId ?? '') ? -1 : 1);
}
