import type { Principal } from '../accounts/access.ts';
import { actorOf, type Detail } from '../accounts/audit.ts';
import { UserError } from '../lib/errors.ts';
import { newIdFlaw, noStore } from '../lib/store-id.ts';
import { trimmed } from '../lib/text.ts';
import type { StoreDescription, StoreRecord, StoreWriter } from '../storage/ports/stores.ts';
import { deletedDetail, differenceOf } from './audit-detail.ts';
import {
  checkedChange,
  descriptionAfter,
  detailOf,
  NOTHING_SAID,
  refuseOwner,
  type StoreChange,
  type StoreServiceParts,
} from './change.ts';

/** A change of one store among many. */
export interface BatchedChange {
  readonly id: string;
  readonly change: StoreChange;
  /** `true`: delete it, and keep its polls; `false`: restore it if it was deleted. */
  readonly deleted: boolean | undefined;
}

export interface BatchOptions {
  /** Create the stores that do not exist, and restore deleted ones. */
  readonly create: boolean;
  /** Check everything, and change nothing. */
  readonly dryRun: boolean;
}

/** Why a change of a batch cannot be made. */
export interface BatchFailure {
  /** Its position, from 0. */
  readonly index: number;
  /** The field at fault, by its API name. */
  readonly field: string;
  readonly message: string;
}

export interface BatchResult {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** If there is any, nothing was changed. */
  readonly failures: readonly BatchFailure[];
}

/** Rolls back the transaction. */
class RollBack extends Error {}

/**
 * Changes many stores in one transaction: all of them or, if one change fails, none.
 *
 * @param signal aborted when nobody waits for the result anymore: nothing is changed then
 * @throws UserError `forbidden` for owners, `busy`
 */
export async function changeStores(
  { storage, directory, now, audit }: StoreServiceParts,
  principal: Principal,
  changes: readonly BatchedChange[],
  { create, dryRun }: BatchOptions,
  signal: AbortSignal,
): Promise<BatchResult> {
  refuseOwner(principal, 'change anything else about stores');
  const counts = { created: 0, changed: 0, unchanged: 0 };
  const failures: BatchFailure[] = [];
  const work = async (writer: StoreWriter) => {
    for (const round of roundsOf(changes)) {
      signal.throwIfAborted();
      const planned = await planOf(writer, round, create, failures);
      const outcomes = await write(writer, planned, now());
      for (const { outcome } of outcomes) counts[outcome]++;
      const entries = outcomes.flatMap(({ id, action, detail }) => {
        if (action === undefined) return [];
        return [audit.entry(actorOf(principal), action, { kind: 'store', id }, detail)];
      });
      if (entries.length > 0) await writer.addAudits(entries);
    }
    signal.throwIfAborted();
    if (failures.length > 0 || dryRun) throw new RollBack();
  };
  await storage.changing(work).then(
    () => directory.changed(),
    (error: unknown) => {
      if (!(error instanceof RollBack)) throw error;
    },
  );
  return { ...counts, failures: failures.sort((a, b) => a.index - b.index) };
}

interface Numbered {
  readonly index: number;
  readonly id: string;
  readonly given: BatchedChange;
}

/** The changes in their order, in parts that name each store once. */
function roundsOf(changes: readonly BatchedChange[]): Numbered[][] {
  const rounds: Numbered[][] = [];
  const times = new Map<string, number>();
  for (const [index, given] of changes.entries()) {
    const id = trimmed(given.id);
    const round = times.get(id) ?? 0;
    times.set(id, round + 1);
    rounds[round] ??= [];
    rounds[round]?.push({ index, id, given });
  }
  return rounds;
}

/** A change that can be made. */
interface Planned {
  readonly id: string;
  /** `undefined`: the store is new. */
  readonly before: StoreRecord | undefined;
  /** `undefined`: delete the store. */
  readonly write: { readonly said: StoreChange; readonly described: StoreDescription } | undefined;
}

/** Checks the changes of a round; those that cannot be made are added to the failures. */
async function planOf(
  writer: StoreWriter,
  round: readonly Numbered[],
  create: boolean,
  failures: BatchFailure[],
): Promise<Planned[]> {
  const stores = await writer.findStores(round.map(({ id }) => id));
  const planned: Planned[] = [];
  for (const { index, id, given } of round) {
    try {
      planned.push(checked(id, given, stores.get(id), create));
    } catch (error) {
      failures.push(...failuresOf(index, error));
    }
  }
  return planned;
}

/** @throws UserError `invalid_input`, `not_found` if the change cannot be made */
function checked(
  id: string,
  { change, deleted }: BatchedChange,
  before: StoreRecord | undefined,
  create: boolean,
): Planned {
  const said = checkedChange(change);
  if (deleted === true) {
    if (before === undefined) throw noStore(id);
    return { id, before, write: undefined };
  }
  if (before === undefined) checkNew(id, create);
  if (before?.deleted === true && !create && deleted === undefined) {
    throw new UserError('not_found', `the store "${id}" is deleted; restore it with "deleted": false`, {
      field: 'store_id',
    });
  }
  const { zone: _, ...rest } = said;
  return { id, before, write: { said, described: descriptionAfter(before ?? NOTHING_SAID, rest) } };
}

interface Outcome {
  readonly id: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** For the audit log; `undefined`: nothing changed. */
  readonly action?: string;
  readonly detail?: Detail;
}

/** Writes the changes of a round. @param now from which new zones apply, milliseconds */
async function write(writer: StoreWriter, planned: readonly Planned[], now: number): Promise<Outcome[]> {
  const gone = planned.flatMap(({ before, write }) => (write === undefined && before?.deleted === false ? before : []));
  if (gone.length > 0) await writer.deleteStores(gone.map(({ key }) => key));
  const kept = planned.flatMap(({ id, before, write }) => (write === undefined ? [] : [{ id, before, ...write }]));
  const added = kept.filter(({ before }) => before?.deleted !== false).map(({ id }) => id);
  const keys = added.length > 0 ? await writer.addStores(added) : new Map<string, number>();
  const keyed = kept.map((one) => ({ ...one, key: keys.get(one.id) ?? (one.before as StoreRecord).key }));
  const described = keyed.map(({ key, described: description }) => ({ key, description }));
  const zones = keyed.flatMap(({ key, said: { zone } }) => (zone === undefined ? [] : [{ key, zone }]));
  const changed = new Set([
    ...(described.length > 0 ? await writer.describeStores(described) : []),
    ...(zones.length > 0 ? await writer.setZones(zones, { instant: now, asked: false }) : []),
  ]);
  return planned.map((one) => outcomeOf(one, changed));
}

function outcomeOf({ id, before, write }: Planned, changed: ReadonlySet<number>): Outcome {
  if (write === undefined) {
    if (before === undefined || before.deleted) return { id, outcome: 'unchanged' };
    return { id, outcome: 'changed', action: 'store.deleted', detail: deletedDetail(before, false) };
  }
  const { said, described } = write;
  if (before === undefined) return { id, outcome: 'created', action: 'store.created', detail: detailOf(said) };
  if (!before.deleted && !changed.has(before.key)) return { id, outcome: 'unchanged' };
  const { zone = before.zone } = said;
  const action = before.deleted ? 'store.restored' : 'store.changed';
  return { id, outcome: 'changed', action, detail: differenceOf(before, { ...described, zone }) };
}

function checkNew(id: string, create: boolean): void {
  if (!create) throw noStore(id);
  const flaw = newIdFlaw(id);
  if (flaw !== undefined) throw new UserError('invalid_input', `store_id ${flaw}`, { field: 'store_id' });
}

/** @throws the error itself if it concerns more than this change */
function failuresOf(index: number, error: unknown): BatchFailure[] {
  if (!(error instanceof UserError) || !['invalid_input', 'not_found'].includes(error.code)) throw error;
  if (error.faults.length > 0) return error.faults.map((fault) => ({ index, ...fault }));
  return [{ index, field: 'store_id', message: error.message }];
}
