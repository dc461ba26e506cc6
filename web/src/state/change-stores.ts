import type { BatchedStore } from '../../api/schema.ts';
import { ApiError, call } from './api.ts';

/** Stores per request. */
const CHUNK = 500;

/** Why a change of one store is refused. */
export interface RowFault {
  /** Its position in the list, from 0. */
  readonly index: number;
  /** `name`, `zone`, `set_labels.city` … */
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

/**
 * Changes many stores, and returns how many changed. A list too long for one request is checked as a whole first.
 *
 * @throws RowFaults when a change is invalid; nothing was changed then
 */
export async function changeStores(stores: readonly BatchedStore[], { create = false }: ChangeOptions = {}) {
  const counts = { created: 0, changed: 0, unchanged: 0 };
  const chunks = Array.from({ length: Math.ceil(stores.length / CHUNK) }, (_, i) => i * CHUNK);
  for (const dryRun of chunks.length > 1 ? [true, false] : [false]) {
    for (const first of chunks) {
      const part = stores.slice(first, first + CHUNK);
      const made = await send(part, create, dryRun, first);
      if (dryRun) continue;
      counts.created += made.created;
      counts.changed += made.changed;
      counts.unchanged += made.unchanged;
    }
  }
  return counts;
}

async function send(stores: readonly BatchedStore[], create: boolean, dryRun: boolean, first: number) {
  try {
    return await call('PATCH /api/v1/stores', {
      query: { create: create || undefined, dry_run: dryRun || undefined },
      body: { stores: [...stores] },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const faults = (error.problem.errors ?? []).flatMap(({ field, message }) => {
      const [, index, name = 'store_id'] = /^stores\.(\d+)(?:\.(.+))?$/.exec(field) ?? [];
      return index === undefined ? [] : [{ index: first + Number(index), field: name, message }];
    });
    throw faults.length > 0 ? new RowFaults(error.problem.detail, faults) : error;
  }
}
