import type { BatchedStore } from '../../api/schema.ts';
import { faultInWords } from '../lib/field-words.ts';
import { counted } from '../lib/format.ts';
import { repeatedIds } from '../lib/pasted.ts';
import { ApiError, call } from './api.ts';

/** Stores per request. */
const CHUNK = 500;

/** Why a change of one store is refused. */
export interface RowFault {
  /** Its position in the list, from 0. */
  readonly index: number;
  /** `name`, `time_zone`, `set_labels.city` … */
  readonly field: string;
  readonly message: string;
}

/** Some changes are invalid, so none was made. */
export class RowFaults extends Error {
  readonly faults: readonly RowFault[];

  constructor(message: string, faults: readonly RowFault[]) {
    super(message);
    this.faults = faults;
  }
}

export interface ChangeOptions {
  /** Create the stores that do not exist. */
  readonly create?: boolean;
}

/** The faults of the IDs alone, and a text that counts them; empty without any. */
interface WrongIds {
  readonly reason: string;
  readonly faults: readonly RowFault[];
}

/** A change with its position in the list. */
interface Row {
  readonly index: number;
  readonly store: BatchedStore;
}

/**
 * Changes many stores, and returns how many changed. A list too long for one request, or with a store that has no ID or
 * the ID of an earlier one, is checked as a whole first, so that all faults are found together.
 *
 * @throws RowFaults when a change is invalid; nothing was changed then
 */
export async function changeStores(stores: readonly BatchedStore[], { create = false }: ChangeOptions = {}) {
  const [wrong, chunks] = [wrongIds(stores), chunksOf(stores)];
  if (wrong.faults.length > 0 || chunks.length > 1) await check(wrong, chunks, create);
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const chunk of chunks) {
    const made = await send(chunk, create, false).catch(async (error) => {
      // The response may name only a part of what is wrong.
      if (error instanceof RowFaults) await check(wrong, [chunk], create);
      throw error;
    });
    counts.created += made.created;
    counts.changed += made.changed;
    counts.unchanged += made.unchanged;
  }
  return counts;
}

/**
 * Checks changes of many stores without making them.
 *
 * @throws RowFaults when a change is invalid
 */
export function checkStores(stores: readonly BatchedStore[], { create = false }: ChangeOptions = {}): Promise<void> {
  return check(wrongIds(stores), chunksOf(stores), create);
}

/** The stores that have an ID, in the parts that are sent. */
function chunksOf(stores: readonly BatchedStore[]): Row[][] {
  const named = stores.map((store, index) => ({ index, store })).filter(({ store }) => store.store_id !== '');
  return Array.from({ length: Math.ceil(named.length / CHUNK) }, (_, i) => named.slice(i * CHUNK, (i + 1) * CHUNK));
}

/** The stores without an ID, and those with the ID of an earlier one. */
function wrongIds(stores: readonly BatchedStore[]): WrongIds {
  const unnamed = [...stores.keys()].filter((index) => stores[index]?.store_id === '');
  const repeated = repeatedIds(stores);
  const reasons = [
    ...(unnamed.length > 0 ? [`${counted(unnamed.length, 'row')} without an ID`] : []),
    ...(repeated.length > 0 ? [`${counted(repeated.length, 'row')} with the ID of an earlier row`] : []),
  ];
  return {
    reason: reasons.join(', '),
    faults: [
      ...unnamed.map((index) => ({ index, field: 'store_id', message: 'Enter an ID.' })),
      ...repeated.map(({ index, first }) => ({ index, field: 'store_id', message: `Row ${first + 1} has this ID.` })),
    ],
  };
}

async function check(wrong: WrongIds, chunks: readonly (readonly Row[])[], create: boolean): Promise<void> {
  let refused: string | undefined;
  const faults = [...wrong.faults];
  for (const chunk of chunks) {
    const found = await faultsOf(chunk, create);
    refused ??= found.reason;
    faults.push(...found.faults);
  }
  if (faults.length === 0) return;
  const named = new Set(wrong.faults.map(({ index }) => index));
  const others = new Set(faults.map(({ index }) => index).filter((index) => !named.has(index))).size;
  const other =
    others === 1 && wrong.reason === ''
      ? refused
      : `${counted(others, 'row')} with ${wrong.reason === '' ? 'an' : 'another'} error`;
  const reasons = [wrong.reason, others > 0 && other].filter((reason) => reason);
  throw new RowFaults(`Nothing was saved: ${reasons.join(', ')}`, faults);
}

/**
 * All faults of the rows. A response names those of one kind, as wrong types before unknown time zones, and not more than
 * some: the rows without a fault are sent again, until nothing is wrong with the rest.
 */
async function faultsOf(rows: readonly Row[], create: boolean) {
  let reason: string | undefined;
  const faults: RowFault[] = [];
  for (let rest = rows; rest.length > 0; ) {
    try {
      await send(rest, create, true);
      break;
    } catch (error) {
      if (!(error instanceof RowFaults)) throw error;
      reason ??= error.message;
      faults.push(...error.faults);
      const wrong = new Set(error.faults.map(({ index }) => index));
      rest = rest.filter(({ index }) => !wrong.has(index));
    }
  }
  return { reason, faults };
}

async function send(rows: readonly Row[], create: boolean, dryRun: boolean) {
  try {
    return await call('PATCH /api/v1/stores', {
      query: { create: create || undefined, dry_run: dryRun || undefined },
      body: { stores: rows.map(({ store }) => store) },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const faults = (error.problem.errors ?? []).flatMap(({ field, message }) => {
      const [, position, name = 'store_id'] = /^stores\.(\d+)(?:\.(.+))?$/.exec(field) ?? [];
      const row = position === undefined ? undefined : rows[Number(position)];
      return row === undefined ? [] : [{ index: row.index, field: name, message: faultInWords(name, message) }];
    });
    throw faults.length > 0 ? new RowFaults(error.problem.detail, faults) : error;
  }
}
