import type { Principal } from '../accounts/access.ts';
import { actorOf, type Detail } from '../accounts/audit.ts';
import { UserError } from '../lib/errors.ts';
import { newIdFlaw, noStore } from '../lib/store-id.ts';
import { trimmed } from '../lib/text.ts';
import type { StoreWriter } from '../storage/ports/stores.ts';
import { deletedDetail, differenceOf } from './audit-detail.ts';
import {
  checkedChange,
  detailOf,
  NOTHING_SAID,
  refuseOwner,
  type StoreChange,
  type StoreServiceParts,
  writeChange,
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

type Outcome = 'created' | 'changed' | 'unchanged';

/** Rolls back the transaction. */
class RollBack extends Error {}

/**
 * Changes many stores in one transaction: all of them or, if one change fails, none.
 *
 * @throws UserError `forbidden` for owners, `busy`
 */
export async function changeStores(
  { storage, directory, now, audit }: StoreServiceParts,
  principal: Principal,
  changes: readonly BatchedChange[],
  { create, dryRun }: BatchOptions,
): Promise<BatchResult> {
  refuseOwner(principal, 'change anything else about stores');
  const counts = { created: 0, changed: 0, unchanged: 0 };
  const failures: BatchFailure[] = [];
  const work = async (writer: StoreWriter) => {
    for (const [index, one] of changes.entries()) {
      try {
        const { outcome, action, detail } = await changeOne(writer, one, create, now());
        counts[outcome]++;
        if (action === undefined) continue;
        const subject = { kind: 'store', id: trimmed(one.id) };
        await writer.addAudit(audit.entry(actorOf(principal), action, subject, detail));
      } catch (error) {
        failures.push(failureOf(index, error));
      }
    }
    if (failures.length > 0 || dryRun) throw new RollBack();
  };
  await storage.changing(work).then(
    () => directory.changed(),
    (error: unknown) => {
      if (!(error instanceof RollBack)) throw error;
    },
  );
  return { ...counts, failures };
}

async function changeOne(
  writer: StoreWriter,
  { id: given, change, deleted }: BatchedChange,
  create: boolean,
  now: number,
): Promise<{ outcome: Outcome; action?: string; detail?: Detail }> {
  const id = trimmed(given);
  const said = checkedChange(change);
  const before = await writer.findStore(id);
  if (deleted === true) {
    if (before === undefined) throw noStore(id);
    if (before.deleted) return { outcome: 'unchanged' };
    await writer.deleteStore(before.key, { withPolls: false });
    return { outcome: 'changed', action: 'store.deleted', detail: deletedDetail(before, false) };
  }
  const restored = before?.deleted === true;
  if (before === undefined) checkNew(id, create);
  if (restored && !create && deleted === undefined) {
    throw new UserError('not_found', `the store "${id}" is deleted; restore it with "deleted": false`, {
      field: 'store_id',
    });
  }
  const key = before !== undefined && !restored ? before.key : await writer.addStore(id);
  const { changed, described } = await writeChange(writer, key, before ?? NOTHING_SAID, said, now);
  if (before === undefined) return { outcome: 'created', action: 'store.created', detail: detailOf(said) };
  if (!restored && !changed) return { outcome: 'unchanged' };
  const { zone = before.zone } = said;
  const detail = differenceOf(before, { ...described, zone });
  return { outcome: 'changed', action: restored ? 'store.restored' : 'store.changed', detail };
}

function checkNew(id: string, create: boolean): void {
  if (!create) throw noStore(id);
  const flaw = newIdFlaw(id);
  if (flaw !== undefined) throw new UserError('invalid_input', `store_id ${flaw}`, { field: 'store_id' });
}

/** @throws the error itself if it concerns more than this change */
function failureOf(index: number, error: unknown): BatchFailure {
  if (!(error instanceof UserError) || !['invalid_input', 'not_found'].includes(error.code)) throw error;
  return { index, field: error.field ?? 'store_id', message: error.message };
}
