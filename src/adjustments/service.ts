import { canWriteStores, type Principal, storesOf } from '../accounts/access.ts';
import { type Actor, type AuditLog, actorOf, type Detail } from '../accounts/audit.ts';
import { formatInstant, instantOrNull } from '../calendar/instant.ts';
import { EMPTY, type Intervals, intersect } from '../domain/interval.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { checkAll } from '../lib/checks.ts';
import { invalid, notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { newId } from '../lib/world/random.ts';
import type {
  AdjustmentInterval,
  AdjustmentKind,
  AdjustmentRecord,
  RevocationRecord,
} from '../storage/ports/adjustments.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { type StoreDirectory, type StoreEntry, storeNamed, visibleEntries } from '../stores/directory.ts';
import { checkedReason, checkedStores, checkedTime, type GivenTime } from './check.ts';
import { isEarlier, type KnownAdjustment } from './known.ts';
import type { AdjustmentLog } from './log.ts';
import { beginningOf, type Phase, type PhaseOf, phaseOf } from './phase.ts';
import { type Coverage, coverageOf } from './preview.ts';
import { type Reach, ReachCache, reachOf } from './reach.ts';
import { selects } from './selection.ts';

export interface AdjustmentServiceParts {
  readonly storage: Pick<Storage, 'adjustments'>;
  readonly log: AdjustmentLog;
  readonly directory: StoreDirectory;
  /** The schedules of all stores. */
  readonly schedules: () => Promise<FleetSchedule>;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
  readonly audit: Pick<AuditLog, 'entry'>;
}

export interface GivenAdjustment extends GivenTime {
  /** By default `planned`. */
  readonly kind?: AdjustmentKind | undefined;
  readonly reason: string;
}

/** An adjustment as a principal sees it. */
export interface ShownAdjustment extends KnownAdjustment, PhaseOf {
  /** The number of its stores that the principal can see. */
  readonly stores: number;
  /** Its named stores that the principal can see; `undefined`: they are chosen by their labels. */
  readonly storeIds: readonly string[] | undefined;
  /** Rises when it is revoked. */
  readonly version: number;
}

export interface AdjustmentFilter {
  readonly kind?: AdjustmentKind | undefined;
  readonly phase?: Phase | undefined;
  /** Only what includes one of these stores. */
  readonly storeIds?: readonly string[] | undefined;
  /** The id of the last adjustment of the previous page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface Revoking {
  readonly reason: string;
  /** As if it had never been recorded; otherwise, it stays for the time until now. */
  readonly entirely: boolean;
  /** The version that the caller has read; `undefined`: any. */
  readonly expected: number | undefined;
}

/**
 * Records and revokes adjustments for a principal, and shows them. Owners see those of their stores, and record and
 * revoke only planned downtime of stores that they name, from now on.
 */
export class AdjustmentService {
  readonly #parts: AdjustmentServiceParts;
  readonly #reaches = new ReachCache();

  constructor(parts: AdjustmentServiceParts) {
    this.#parts = parts;
  }

  /**
   * The adjustments that include a store of the principal, newest first.
   *
   * @throws UserError `not_found` for a store that the principal cannot see, `invalid_input` for an unknown `after`
   */
  async list(
    principal: Principal,
    { kind, phase, storeIds, after, limit }: AdjustmentFilter,
  ): Promise<{ items: ShownAdjustment[]; next: string | undefined }> {
    const { directory, log, now } = this.#parts;
    const [stores, { adjustments }] = [await directory.current(), await log.current()];
    const named = storeIds?.map((id) => storeNamed(stores, storesOf(principal), id));
    const reaches = this.#reaches.of(adjustments, this.#visible(principal, stores));
    const newest = adjustments.map((_, i) => adjustments.length - 1 - i);
    const place = after === undefined ? -1 : newest.findIndex((i) => adjustments[i]?.record.id === after);
    if (after !== undefined && place < 0)
      throw invalid(`cursor names the adjustment ${after}, which is not there`, 'cursor');
    const items: ShownAdjustment[] = [];
    for (const i of newest.slice(place + 1)) {
      const [adjustment, reach] = [adjustments[i] as KnownAdjustment, reaches[i] as Reach];
      if (reach.stores === 0 && !isSeenByAll(principal)) continue;
      if (kind !== undefined && adjustment.record.kind !== kind) continue;
      if (named?.some((store) => selects(adjustment.record.stores, store)) === false) continue;
      const shown = this.#shown(principal, adjustment, reach, now());
      if (phase !== undefined && shown.phase !== phase) continue;
      if (items.length === limit) return { items, next: items.at(-1)?.record.id };
      items.push(shown);
    }
    return { items, next: undefined };
  }

  /** @throws UserError `not_found`, also if it includes no store of the principal */
  async get(principal: Principal, id: string): Promise<ShownAdjustment> {
    const { directory, log, now } = this.#parts;
    const { adjustments } = await log.current();
    const adjustment = adjustments.find(({ record }) => record.id === id);
    if (adjustment === undefined) throw none(id);
    const reach = reachOf(adjustment.record, this.#visible(principal, await directory.current()));
    if (reach.stores === 0 && !isSeenByAll(principal)) throw none(id);
    return this.#shown(principal, adjustment, reach, now());
  }

  /**
   * The planned downtime of a store within `[from, to)`, by what is known now.
   *
   * @param id of a store that exists
   */
  async planned(id: string, { from, to }: AdjustmentInterval): Promise<Intervals> {
    const { log, schedules } = this.#parts;
    const [{ times }, fleet] = [await log.current(), await schedules()];
    const store = fleet.directory.byId.get(id);
    if (store === undefined) return EMPTY;
    const { base, schedule } = fleet.over(from, to);
    return intersect(times.planned.over(from, to).of(store, schedule.zonesOf(store.key - base)), [from, to]);
  }

  /** What an adjustment would cover, without recording it. @throws UserError as `create` does */
  async preview(principal: Principal, given: GivenAdjustment): Promise<Coverage> {
    const { record, stores, zones } = await this.#checked(principal, given);
    return coverageOf(record, await this.#parts.schedules(), stores, zones);
  }

  /**
   * Records an adjustment.
   *
   * @param actor the author
   * @throws UserError `invalid_input`, `not_found` for a store that the principal cannot see, `forbidden` for an owner
   *   who does not name the stores, plans into the past or records another kind
   */
  async create(principal: Principal, given: GivenAdjustment, actor = actorOf(principal)): Promise<ShownAdjustment> {
    const { record } = await this.#checked(principal, given, actor);
    await this.#parts.storage.adjustments.recording(async (changes) => {
      await changes.add(record);
      await changes.addAudit(this.#entry(actor, 'adjustment.created', record.id, detailOf(record)));
    });
    this.#parts.log.changed();
    return this.get(principal, record.id);
  }

  /**
   * Ends an adjustment: from now on, or entirely.
   *
   * @param actor the author of the revocation
   * @throws UserError `not_found`; `forbidden` for an owner whose stores are not all of its stores, or who changes the
   *   past; `conflict` if nothing would be left to revoke; `precondition_failed`
   */
  async revoke(
    principal: Principal,
    id: string,
    { reason, entirely, expected }: Revoking,
    actor = actorOf(principal),
  ): Promise<ShownAdjustment> {
    const { storage, log, now } = this.#parts;
    const shown = await this.get(principal, id);
    this.#refuseRevoking(principal, shown, entirely);
    const checked = checkedReason(reason);
    await storage.adjustments.recording(async (changes) => {
      const found = await changes.find(id);
      if (found === undefined) throw none(id);
      const version = 1 + found.revocations.length;
      refuseOtherVersion(`the adjustment ${id}`, version, expected);
      const revocation: RevocationRecord = {
        ...{ ...authorOf(actor), id: newId(), at: now(), reason: checked, revokes: id },
        from: entirely ? undefined : now(),
      };
      refuseRepeated(found.revocations, revocation);
      await changes.add(revocation);
      const detail = { from: instantOrNull(revocation.from), reason: checked };
      await changes.addAudit(this.#entry(actor, 'adjustment.revoked', id, detail));
    });
    log.changed();
    return this.get(principal, id);
  }

  async #checked(principal: Principal, given: GivenAdjustment, actor = actorOf(principal)) {
    const { directory, now } = this.#parts;
    const isOwner = !canWriteStores(principal);
    if (isOwner && given.labels !== undefined) {
      throw new UserError('forbidden', 'owners name the stores in store_ids; only operators choose them by labels');
    }
    const { kind = 'planned' } = given;
    if (isOwner && kind !== 'planned') {
      throw new UserError('forbidden', `kind is ${kind}; owners can only plan downtime`);
    }
    const all = await directory.current();
    const visible = this.#visible(principal, all);
    const at = now();
    const find = (id: string) => storeNamed(all, storesOf(principal), id);
    const checked = checkAll({
      reason: () => checkedReason(given.reason),
      stores: () => checkedStores(given, find, visible),
      time: () => checkedTime(given, at),
    });
    const record: AdjustmentRecord = { ...authorOf(actor), id: newId(), at, kind, ...checked };
    const { entries, zones } = reachOf(record, visible);
    const begins = beginningOf(record, zones);
    if (isOwner && begins < at) {
      const message = `it begins at ${formatInstant(begins)}, which is past; owners can plan downtime from now on only`;
      throw new UserError('forbidden', message);
    }
    return { record, stores: entries, zones };
  }

  #refuseRevoking(principal: Principal, shown: ShownAdjustment, entirely: boolean): void {
    const { record, phase, revocation } = shown;
    if (phase === 'past' && !entirely && revocation === undefined) {
      throw new UserError('conflict', `the adjustment ${record.id} is past; revoke it entirely to remove it`);
    }
    if (canWriteStores(principal)) return;
    if (record.kind !== 'planned') {
      throw new UserError('forbidden', `its kind is ${record.kind}; owners can only revoke planned downtime`);
    }
    const named = 'storeIds' in record.stores ? record.stores.storeIds.length : Number.POSITIVE_INFINITY;
    if (shown.storeIds?.length !== named) {
      throw new UserError(
        'forbidden',
        'it includes stores of others; owners can only revoke what concerns their own stores',
      );
    }
    if (entirely) {
      throw new UserError('forbidden', 'owners can revoke planned downtime from now on only; ask an operator');
    }
  }

  #shown(principal: Principal, adjustment: KnownAdjustment, reach: Reach, now: number): ShownAdjustment {
    const { stores } = adjustment.record;
    const seen = storesOf(principal);
    const named = 'storeIds' in stores ? stores.storeIds : undefined;
    return {
      ...adjustment,
      ...phaseOf(adjustment, reach.zones, now),
      stores: reach.stores,
      storeIds: seen === 'all' ? named : named?.filter((id) => seen.has(id)),
      version: 1 + adjustment.revocations,
    };
  }

  #visible(principal: Principal, directory: Parameters<typeof visibleEntries>[0]): readonly StoreEntry[] {
    return visibleEntries(directory, storesOf(principal));
  }

  #entry(actor: Actor, action: string, id: string, detail: Detail) {
    return this.#parts.audit.entry(actor, action, { kind: 'adjustment', id }, detail);
  }
}

function authorOf({ name, userId }: Actor): Pick<AdjustmentRecord, 'author' | 'authorId'> {
  return { author: name, authorId: userId };
}

function isSeenByAll(principal: Principal): boolean {
  return storesOf(principal) === 'all';
}

/** @throws UserError `conflict` if an adjustment was revoked from the same instant on, or an earlier one */
function refuseRepeated(revocations: readonly RevocationRecord[], revocation: RevocationRecord): void {
  const last = revocations.find((other) => !isEarlier(revocation, other));
  if (last === undefined) return;
  throw new UserError(
    'conflict',
    `the adjustment ${revocation.revokes} was revoked at ${formatInstant(last.at)} by ${last.author}`,
  );
}

function none(id: string): UserError {
  return notFound(`there is no adjustment ${id.slice(0, 100)}`);
}

/** With the field names of the API. */
function detailOf({ kind, stores, time, reason }: AdjustmentRecord): Detail {
  return {
    kind,
    ...('labels' in stores ? { labels: stores.labels } : { stores: stores.storeIds.length }),
    ...('rrule' in time ? { recurrence: time } : { from: formatInstant(time.from), to: formatInstant(time.to) }),
    reason,
  };
}
