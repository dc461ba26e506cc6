import { canSeeAllStores, type Principal, storesOf } from '../accounts/access.ts';
import { type Actor, type AuditLog, actorOf } from '../accounts/audit.ts';
import { type Page, type PageRequest, readPage } from '../accounts/pages.ts';
import type { TargetPeriod } from '../domain/periods/target.ts';
import { checkAll } from '../lib/checks.ts';
import { invalid, notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { excerpt } from '../lib/text.ts';
import { newId } from '../lib/world/random.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { TargetSubject, UptimeTargetChanges, UptimeTargetRecord } from '../storage/ports/uptime-targets.ts';
import {
  type Directory,
  type StoreDirectory,
  type StoreEntry,
  storeNamed,
  visibleEntries,
} from '../stores/directory.ts';
import { hasLabels } from '../stores/labels.ts';

export interface GivenTarget {
  readonly store_id?: string | undefined;
  /** As `key:value`. */
  readonly label?: string | undefined;
  readonly period: TargetPeriod;
  readonly uptime_ratio: number;
}

/** A position in the list, which is ordered by creation. */
export interface TargetPlace {
  readonly createdAt: number;
  readonly id: string;
}

interface UptimeTargetsParts {
  readonly storage: Pick<Storage, 'uptimeTargets'>;
  readonly directory: Pick<StoreDirectory, 'current'>;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly now: () => number;
}

/** The most targets. */
export const MOST_TARGETS = 500;

/** The stores of a target among some, by the labels that they have now. */
export function storesOfTarget({ subject }: UptimeTargetRecord, { entries, byId }: Directory): readonly StoreEntry[] {
  if ('label' in subject) return entries.filter((store) => hasLabels(store, [subject.label]));
  const store = byId.get(subject.storeId);
  return store === undefined ? [] : [store];
}

/** The targets that concern only stores that a principal can see. */
export function visibleTargets(
  principal: Principal,
  targets: readonly UptimeTargetRecord[],
  directory: Directory,
): readonly UptimeTargetRecord[] {
  const visible = storesOf(principal);
  if (visible === 'all') return targets;
  return targets.filter((target) => {
    const stores = storesOfTarget(target, directory);
    return stores.length > 0 && stores.every(({ id }) => visible.has(id));
  });
}

/** The uptime that was promised. Operators and admins set it; owners see what was promised for their stores alone. */
export class UptimeTargets {
  readonly #parts: UptimeTargetsParts;

  constructor(parts: UptimeTargetsParts) {
    this.#parts = parts;
  }

  /** Oldest first. */
  async list(principal: Principal, page: PageRequest<TargetPlace>): Promise<Page<UptimeTargetRecord, TargetPlace>> {
    const { storage, directory } = this.#parts;
    const visible = visibleTargets(principal, await storage.uptimeTargets.targets(), await directory.current());
    return readPage(
      page,
      async (after, limit) => visible.filter((target) => isAfter(target, after)).slice(0, limit),
      ({ createdAt, id }) => ({ createdAt, id }),
    );
  }

  /** @throws UserError `not_found` */
  async get(principal: Principal, id: string): Promise<UptimeTargetRecord> {
    const { storage, directory } = this.#parts;
    const targets = visibleTargets(principal, await storage.uptimeTargets.targets(), await directory.current());
    return found(targets, id);
  }

  /**
   * @throws UserError `invalid_input`; `not_found` for an unknown store; `forbidden` for owners; `conflict` when the stores
   *   have a target for this kind of period, or there are too many
   */
  async add(principal: Principal, given: GivenTarget): Promise<UptimeTargetRecord> {
    refuseOwner(principal);
    const directory = await this.#parts.directory.current();
    const { subject, uptime } = checkAll({
      subject: () => subjectFrom(given, directory, principal),
      uptime: () => uptimeFrom(given.uptime_ratio),
    });
    const actor = actorOf(principal);
    const at = this.#parts.now();
    const record: UptimeTargetRecord = {
      ...{ id: newId(), subject, period: given.period, uptime, authorId: actor.userId, author: actor.name },
      ...{ version: 1, createdAt: at, changedAt: at },
    };
    return this.#changing(actor, 'uptime_target.created', async (changes) => {
      const targets = await changes.targets();
      const same = targets.find((other) => other.period === record.period && isSame(other.subject, subject));
      if (same !== undefined) {
        const message = `there is a target of ${same.uptime} for each ${same.period} of ${wordsOf(subject)}, ${same.id}; change it instead`;
        throw new UserError('conflict', message);
      }
      if (targets.length >= MOST_TARGETS) {
        throw new UserError('conflict', `there are ${MOST_TARGETS} targets already; delete some first`);
      }
      await changes.save(record);
      return record;
    });
  }

  /**
   * @param expected the version that the caller has read; `undefined`: any
   * @throws UserError `invalid_input`, `forbidden` for owners, `not_found`, `precondition_failed`
   */
  async change(
    principal: Principal,
    id: string,
    { uptime_ratio: ratio }: { readonly uptime_ratio?: number | undefined },
    expected: number | undefined,
  ): Promise<UptimeTargetRecord> {
    refuseOwner(principal);
    return this.#changing(actorOf(principal), 'uptime_target.changed', async (changes) => {
      const before = found(await changes.targets(), id);
      refuseOtherVersion(`the target ${id}`, before.version, expected);
      const uptime = ratio === undefined ? before.uptime : uptimeFrom(ratio);
      const after = { ...before, uptime, version: before.version + 1, changedAt: this.#parts.now() };
      await changes.save(after);
      return after;
    });
  }

  /** @throws UserError as `change` */
  async remove(principal: Principal, id: string, expected: number | undefined): Promise<void> {
    refuseOwner(principal);
    await this.#changing(actorOf(principal), 'uptime_target.deleted', async (changes) => {
      const record = found(await changes.targets(), id);
      refuseOtherVersion(`the target ${id}`, record.version, expected);
      await changes.remove(id);
      return record;
    });
  }

  #changing(
    actor: Actor,
    action: string,
    work: (changes: UptimeTargetChanges) => Promise<UptimeTargetRecord>,
  ): Promise<UptimeTargetRecord> {
    const { storage, audit } = this.#parts;
    return storage.uptimeTargets.changing(async (changes) => {
      const record = await work(changes);
      const { id, subject, period, uptime } = record;
      const detail = { of: wordsOf(subject), period, uptime_ratio: uptime };
      await changes.addAudit(audit.entry(actor, action, { kind: 'uptime_target', id }, detail));
      return record;
    });
  }
}

/** The stores of a target in words: `store 17`, `brand:Bella`. */
function wordsOf(subject: TargetSubject): string {
  return 'label' in subject ? subject.label.join(':') : `store ${subject.storeId}`;
}

function isSame(one: TargetSubject, other: TargetSubject): boolean {
  if ('label' in one && 'label' in other) {
    return one.label[0].toLowerCase() === other.label[0].toLowerCase() && one.label[1] === other.label[1];
  }
  return 'storeId' in one && 'storeId' in other && one.storeId === other.storeId;
}

function subjectFrom({ store_id: id, label }: GivenTarget, directory: Directory, principal: Principal): TargetSubject {
  if ((id === undefined) === (label === undefined)) {
    throw invalid(
      'expected either store_id or label: a target is for a store, or for all stores with a label',
      'label',
    );
  }
  const visible = storesOf(principal);
  if (id !== undefined) return { storeId: storeNamed(directory, visible, id).id };
  const text = label as string;
  const colon = text.indexOf(':');
  const pair = [text.slice(0, colon), text.slice(colon + 1)] as const;
  const isThere = colon > 0 && visibleEntries(directory, visible).some((store) => hasLabels(store, [pair]));
  if (isThere) return { label: pair };
  throw invalid(`label is "${excerpt(text)}", expected a label that a store has, as key:value`, 'label');
}

function uptimeFrom(ratio: number): number {
  if (ratio > 0 && ratio < 1) return ratio;
  throw invalid(`uptime_ratio is ${ratio}, expected more than 0 and less than 1, such as 0.99`, 'uptime_ratio');
}

function isAfter({ createdAt, id }: UptimeTargetRecord, after: TargetPlace | undefined): boolean {
  return after === undefined || createdAt > after.createdAt || (createdAt === after.createdAt && id > after.id);
}

function found(targets: readonly UptimeTargetRecord[], id: string): UptimeTargetRecord {
  const record = targets.find((target) => target.id === id);
  if (record !== undefined) return record;
  throw notFound(`there is no target ${id.slice(0, 100)}`);
}

/** @throws UserError `forbidden` */
function refuseOwner(principal: Principal): void {
  if (canSeeAllStores(principal)) return;
  throw new UserError('forbidden', 'targets are for operators and admins to set; owners see those of their stores');
}
