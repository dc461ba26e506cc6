import { canSee, type Principal, storesOf, userIdOf } from '../accounts/access.ts';
import { actorOf } from '../accounts/audit.ts';
import type { Page, PageRequest } from '../accounts/pages.ts';
import { readPage } from '../accounts/pages.ts';
import { formatInstant } from '../calendar/instant.ts';
import { DAY } from '../domain/hours.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { invalid, notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { idsIn } from '../lib/id-list.ts';
import { newId } from '../lib/world/random.ts';
import type { TimePlace } from '../storage/ports/account-catalog.ts';
import type {
  AlertChanges,
  AlertReader,
  IncidentEventKind,
  IncidentEventRecord,
  IncidentFilter,
  IncidentRecord,
  MemberCount,
} from '../storage/ports/alerts.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { matcherOf } from '../stores/list.ts';
import type { States, StoreState } from '../stores/states.ts';
import { visibleStores } from './recipients.ts';

export interface IncidentServiceParts {
  readonly storage: Pick<Storage, 'accounts' | 'alerts'>;
  readonly schedules: () => Promise<FleetSchedule>;
  /** The present states of the stores. */
  readonly states: () => Promise<States>;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
}

/** An incident with what has happened to it, earliest first. */
export interface IncidentDetail {
  readonly incident: IncidentRecord;
  readonly events: readonly IncidentEventRecord[];
}

/** A store with its present state. */
export interface PresentStore {
  readonly entry: StoreEntry;
  readonly state: StoreState;
}

/** Until when an incident is snoozed: an instant in milliseconds, or when its store opens next. */
export type SnoozeEnd = number | 'next_opening';

/** The longest snooze, and how far ahead the next opening is looked for; milliseconds. */
const LONGEST_SNOOZE = 30 * DAY;

/** Which incidents to list. */
export interface IncidentQuery extends Omit<IncidentFilter, 'storeIds'> {
  /** Only those of these stores. */
  readonly ofStores?: readonly string[] | undefined;
  /** Only those of stores with all of these labels. */
  readonly labels?: readonly (readonly [key: string, value: string])[] | undefined;
  /** Only those of stores that this search finds, as in the list of stores. */
  readonly search?: string | undefined;
}

/** Who does something to an incident. */
export interface IncidentActor {
  readonly userId: string | undefined;
  readonly name: string;
}

/** Shows incidents to a principal, and lets it answer them. Owners see those of their stores. */
export class IncidentService {
  readonly #parts: IncidentServiceParts;

  constructor(parts: IncidentServiceParts) {
    this.#parts = parts;
  }

  /** The visible incidents, newest first. */
  async list(
    principal: Principal,
    { ofStores, labels = [], search = '', ...others }: IncidentQuery,
    page: PageRequest<TimePlace>,
  ): Promise<Page<IncidentRecord, TimePlace>> {
    const stores = storesOf(principal);
    const own = stores === 'all' ? undefined : [...stores];
    const named = ofStores === undefined ? own : ofStores.filter((id) => canSee(principal, id));
    const storeIds = labels.length === 0 && search === '' ? named : await this.#matching({ labels, search }, named);
    return readPage(
      page,
      (after, limit) => this.#parts.storage.alerts.incidents({ ...others, storeIds }, after, limit),
      ({ openedAt, id }) => ({ at: openedAt, id }),
    );
  }

  /** The stores of these incidents as they are now, by ID; those that were deleted are missing. */
  async stores(incidents: readonly IncidentRecord[]): Promise<ReadonlyMap<string, PresentStore>> {
    const { byId } = (await this.#parts.schedules()).directory;
    const entries = incidents.flatMap(({ storeId = '' }) => byId.get(storeId) ?? []);
    if (entries.length === 0) return new Map();
    const states = await this.#parts.states();
    return new Map(entries.map((entry) => [entry.id, { entry, state: states.of(entry) }]));
  }

  /** How many incidents of visible stores are part of these, by ID; those that are no mass outage are missing. */
  async memberCounts(
    principal: Principal,
    incidents: readonly IncidentRecord[],
  ): Promise<ReadonlyMap<string, MemberCount>> {
    const outages = incidents.filter(({ kind }) => kind === 'mass_outage').map(({ id }) => id);
    if (outages.length === 0) return new Map();
    const stores = storesOf(principal);
    const counts = await this.#parts.storage.alerts.memberCounts(outages, stores === 'all' ? undefined : [...stores]);
    return new Map(counts.map((count) => [count.outageId, count]));
  }

  /** @throws UserError `not_found` */
  async get(principal: Principal, id: string): Promise<IncidentDetail> {
    const { alerts } = this.#parts.storage;
    const incident = await visible(alerts, storesOf(principal), id);
    return { incident, events: await alerts.events(id) };
  }

  /**
   * Stops its escalation and its reminders.
   *
   * @throws UserError `not_found`, `conflict` when it has ended or is acknowledged, `precondition_failed`; `forbidden` for
   * a mass outage, unless all stores are visible
   */
  acknowledge(
    principal: Principal,
    id: string,
    reason: string | undefined,
    expected?: number,
  ): Promise<IncidentDetail> {
    return this.#changing(principal, id, 'acknowledged', expected, (incident, actor) => {
      requireOpen(incident);
      return {
        change: acknowledged(incident, actor.name, reason, this.#parts.now()),
        detail: { reason: reason ?? null },
      };
    });
  }

  /**
   * Holds its escalation and its reminders back for some time.
   *
   * @throws UserError as `acknowledge` does; `invalid_input` for a time that is past or too far away, or if the store has
   *   no next opening
   */
  async snooze(principal: Principal, id: string, end: SnoozeEnd, expected?: number): Promise<IncidentDetail> {
    const { incident: known } = await this.get(principal, id);
    const until = end === 'next_opening' ? await this.#nextOpening(known) : end;
    const now = this.#parts.now();
    if (until <= now || until > now + LONGEST_SNOOZE) {
      throw invalid(`until is ${formatInstant(until)}, expected a time within the next 30 days`, 'until');
    }
    return this.#changing(principal, id, 'snoozed', expected, (incident) => {
      requireOpen(incident);
      return { change: { snoozedUntil: until }, detail: { until: formatInstant(until) } };
    });
  }

  /**
   * Makes an incident the task of a user; `undefined`: of nobody.
   *
   * @throws UserError as `acknowledge` does; `invalid_input` for a user who cannot see it
   */
  async assign(
    principal: Principal,
    id: string,
    userId: string | undefined,
    expected?: number,
  ): Promise<IncidentDetail> {
    const { alerts, accounts } = this.#parts.storage;
    const name = userId === undefined ? undefined : (await accounts.user(userId))?.name;
    if (userId !== undefined) {
      const stores = await visibleStores(accounts, userId);
      const sees =
        stores !== undefined &&
        (await visible(alerts, stores, id).then(
          () => true,
          () => false,
        ));
      if (!sees)
        throw invalid(`assignee is "${userId}", expected the ID of a user who can see the incident`, 'assignee');
    }
    return this.#changing(principal, id, 'assigned', expected, (incident) => {
      requireOpen(incident);
      return { change: { assigneeId: userId }, detail: { assignee: userId ?? null, name: name ?? null } };
    });
  }

  /** Adds a comment to its timeline. @throws UserError `not_found` */
  comment(principal: Principal, id: string, text: string): Promise<IncidentDetail> {
    return this.#changing(principal, id, 'commented', undefined, () => ({ change: {}, detail: { text } }));
  }

  /** The IDs of the stores with these labels; of those in `among`, if it is given. */
  /** The IDs of the stores that a filter finds; a search by ID also finds stores that were deleted. */
  async #matching(
    filter: Required<Pick<IncidentQuery, 'labels' | 'search'>>,
    among: readonly string[] | undefined,
  ): Promise<string[]> {
    const { directory } = await this.#parts.schedules();
    const entries = among === undefined ? directory.entries : among.flatMap((id) => directory.byId.get(id) ?? []);
    const found = entries.filter(matcherOf(filter, entries, this.#parts.now())).map(({ id }) => id);
    const named = filter.labels?.length === 0 ? idsIn(filter.search ?? '') : [];
    return [...found, ...named.filter((id) => among === undefined || among.includes(id))];
  }

  async #changing(
    principal: Principal,
    id: string,
    kind: IncidentEventKind,
    expected: number | undefined,
    answer: (
      incident: IncidentRecord,
      actor: IncidentActor,
    ) => { readonly change: Partial<IncidentRecord>; readonly detail: IncidentEventRecord['detail'] },
  ): Promise<IncidentDetail> {
    const actor = { userId: userIdOf(principal), name: actorOf(principal).name };
    await this.#parts.storage.alerts.changing(async (changes) => {
      const incident = await visible(changes, storesOf(principal), id);
      if (kind !== 'commented') requireAnswerable(storesOf(principal), incident);
      refuseOtherVersion('the incident', incident.version, expected);
      const { change, detail } = answer(incident, actor);
      await recordAnswer(changes, incident, change, { kind, actor, detail, at: this.#parts.now() });
    });
    return this.get(principal, id);
  }

  async #nextOpening({ storeId }: IncidentRecord): Promise<number> {
    const fleet = await this.#parts.schedules();
    const store = storeId === undefined ? undefined : fleet.directory.byId.get(storeId);
    if (store === undefined)
      throw invalid('until is "next_opening", expected a time: it is not about one store', 'until');
    const now = this.#parts.now();
    const { base, schedule } = fleet.over(now, now + LONGEST_SNOOZE);
    const open = schedule.openIntervals(store.key - base, now, now + LONGEST_SNOOZE);
    const next = open.find((from, i) => i % 2 === 0 && from > now);
    if (next === undefined) {
      throw invalid(`until is "next_opening", and store "${store.id}" has no opening in the next 30 days`, 'until');
    }
    return next;
  }
}

/** The change of an incident that is acknowledged. @throws UserError `conflict` when it already is */
export function acknowledged(
  { acknowledgedAt, acknowledgedBy }: IncidentRecord,
  by: string,
  reason: string | undefined,
  at: number,
): Partial<IncidentRecord> {
  if (acknowledgedAt !== undefined) {
    const message = `the incident was acknowledged by ${acknowledgedBy} at ${formatInstant(acknowledgedAt)}`;
    throw new UserError('conflict', message);
  }
  return { acknowledgedAt: at, acknowledgedBy: by, acknowledgement: reason };
}

/** Saves the response of a user to an incident, with its event. */
export async function recordAnswer(
  changes: AlertChanges,
  incident: IncidentRecord,
  change: Partial<IncidentRecord>,
  event: {
    readonly kind: IncidentEventKind;
    readonly actor: IncidentActor;
    readonly detail: IncidentEventRecord['detail'];
    readonly at: number;
  },
): Promise<void> {
  await changes.saveIncidents([{ ...incident, ...change, version: incident.version + 1 }]);
  const { kind, actor, detail, at } = event;
  const by = { actorId: actor.userId, actor: actor.name };
  await changes.addEvents([{ id: newId(), incidentId: incident.id, at, kind, ...by, detail }]);
}

/**
 * An incident, if it is about one of these stores.
 *
 * @throws UserError `not_found`
 */
async function visible(alerts: AlertReader, stores: 'all' | ReadonlySet<string>, id: string): Promise<IncidentRecord> {
  const incident = await alerts.incident(id);
  if (incident !== undefined && (await isVisible(alerts, stores, incident))) return incident;
  throw notFound(`there is no incident with the id "${id}"`);
}

/** Owners see a mass outage when one of their stores is in it. */
export async function isVisible(
  alerts: AlertReader,
  stores: 'all' | ReadonlySet<string>,
  { id, storeId, kind }: IncidentRecord,
): Promise<boolean> {
  if (stores === 'all') return true;
  if (storeId !== undefined) return stores.has(storeId);
  if (kind !== 'mass_outage') return false;
  return (await alerts.incidents({ outageId: id, storeIds: [...stores] }, undefined, 1)).length > 0;
}

/** Whether who sees these stores may acknowledge, snooze or assign an incident: a mass outage concerns other stores, too. */
export function isAnswerable(stores: 'all' | ReadonlySet<string>, { kind }: Pick<IncidentRecord, 'kind'>): boolean {
  return stores === 'all' || kind !== 'mass_outage';
}

function requireAnswerable(stores: 'all' | ReadonlySet<string>, incident: IncidentRecord): void {
  if (isAnswerable(stores, incident)) return;
  throw new UserError(
    'forbidden',
    'a mass outage concerns the stores of others, too: only operators and admins can acknowledge, snooze or assign it',
  );
}

function requireOpen({ resolvedAt }: IncidentRecord): void {
  if (resolvedAt === undefined) return;
  throw new UserError('conflict', `the incident ended at ${formatInstant(resolvedAt)}`);
}
