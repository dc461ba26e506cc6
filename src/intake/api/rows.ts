import { latestInstant } from '../../domain/future.ts';
import { DAY } from '../../domain/hours.ts';
import { readReason } from '../../domain/reasons.ts';
import type { Budgets } from '../../lib/budgets.ts';
import { float64Column, uint8Column } from '../../lib/columns.ts';
import { ID_FLAWS, ID_LENGTH, newIdFlaw } from '../../lib/store-id.ts';
import { trimmed } from '../../lib/text.ts';
import type { PollBatch } from '../../storage/ports/storage.ts';
import { readInstant } from './instants.ts';

/** A poll that was refused. */
export interface RefusedPoll {
  /** Its place among the polls of the request, from 1. */
  readonly row: number;
  readonly storeId: string | undefined;
  readonly reason: string;
}

/** The stores, for the one who sends polls of them. */
export interface PollStores {
  /** How many there are. */
  readonly count: number;
  /** Whether polls may make others known. */
  readonly mayAdd: boolean;
  knows(storeId: string): boolean;
  /** Whether a store exists for the one who sends them. */
  sees(storeId: string): boolean;
}

export type PollBudgets = Pick<Budgets, 'earliestPoll' | 'newStores' | 'stores'>;

/** So many refused polls are told one by one. */
export const REFUSED_TOLD = 100;

/** The polls of one request as they are read, row by row, with those that are refused. */
export class PollRows {
  readonly #earliest: number;
  readonly #latest: number;
  readonly #budgets: PollBudgets;
  readonly #stores: PollStores;
  readonly #newStores = new Set<string>();
  readonly #ids: string[] = [];
  readonly #instants = float64Column();
  readonly #active = uint8Column();
  readonly #reasons = new Map<number, string>();
  readonly #refused: RefusedPoll[] = [];
  #rejected = 0;

  /** @param now the clock, milliseconds: polls more than 5 minutes ahead of it, or too long before it, are refused */
  constructor(now: number, stores: PollStores, budgets: PollBudgets) {
    this.#earliest = now - budgets.earliestPoll;
    this.#latest = latestInstant(now);
    this.#budgets = budgets;
    this.#stores = stores;
  }

  get received(): number {
    return this.#ids.length + this.#rejected;
  }

  get rejected(): number {
    return this.#rejected;
  }

  /** The first of the refused polls. */
  get refused(): readonly RefusedPoll[] {
    return this.#refused;
  }

  get batch(): PollBatch {
    return { ids: this.#ids, instants: this.#instants.values, active: this.#active.values, reasons: this.#reasons };
  }

  /** Takes a poll with whatever a program sent as its parts. The reason of an active poll is ignored. */
  add(storeId: unknown, status: unknown, timestamp: unknown, reason: unknown): void {
    const id = typeof storeId === 'string' ? trimmed(storeId) : undefined;
    const active = STATUSES.get(status) ?? statusOf(status);
    const instant = typeof timestamp === 'string' ? readInstant(timestamp) : undefined;
    const inTime = instant !== undefined && instant >= this.#earliest && instant <= this.#latest;
    if (active === undefined || !inTime || id === undefined || !this.#takes(id)) {
      this.refuse(this.#reason(id ?? storeId, status, timestamp, { active, instant }), id);
      return;
    }
    const refusal = this.#stores.knows(id) ? undefined : this.#refusalOfNew(id);
    if (refusal !== undefined) {
      this.refuse(refusal, id);
      return;
    }
    if (active === 0 && typeof reason === 'string') {
      const text = readReason(reason);
      if (text !== undefined) this.#reasons.set(this.#ids.length, text);
    } else if (active === 0 && reason !== undefined && reason !== null) {
      this.refuse(`reason ${told(reason)} is no text`, id);
      return;
    }
    this.#ids.push(id);
    this.#instants.push(instant);
    this.#active.push(active);
  }

  refuse(reason: string, storeId?: unknown): void {
    this.#rejected++;
    if (this.#refused.length === REFUSED_TOLD) return;
    const told = typeof storeId === 'string' ? storeId.slice(0, ID_LENGTH) : undefined;
    this.#refused.push({ row: this.received, storeId: told, reason });
  }

  /** Why no poll makes this store known; `undefined`: it does. */
  #refusalOfNew(storeId: string): string | undefined {
    if (this.#newStores.has(storeId)) return undefined;
    const { newStores, stores } = this.#budgets;
    if (!this.#stores.mayAdd) return 'there is no such store, and making one known needs the scope stores:write';
    if (this.#newStores.size >= newStores) {
      return `there is no such store, and one request may make known ${newStores} (MAX_NEW_STORES)`;
    }
    if (this.#stores.count + this.#newStores.size >= stores) {
      return `there is no such store, and there are as many as there may be: ${stores} (MAX_STORES)`;
    }
    this.#newStores.add(storeId);
    return undefined;
  }

  #takes(id: string): boolean {
    return this.#flaw(id) === undefined && this.#stores.sees(id);
  }

  #flaw(id: string): string | undefined {
    const flaw = newIdFlaw(id);
    return flaw === ID_FLAWS.formula && this.#stores.knows(id) ? undefined : flaw;
  }

  #reason(
    storeId: unknown,
    status: unknown,
    timestamp: unknown,
    { active, instant }: { readonly active: number | undefined; readonly instant: number | undefined },
  ): string {
    if (typeof storeId !== 'string') return `store_id ${told(storeId)} is no text`;
    const flaw = this.#flaw(storeId);
    if (flaw !== undefined) return `store_id ${flaw === ID_FLAWS.scientific ? `${told(storeId)} ` : ''}${flaw}`;
    if (active === undefined) {
      return `status ${told(status)} is neither "active" nor "inactive"`;
    }
    if (instant === undefined) {
      return `timestamp_utc ${told(timestamp)} is not an instant such as "2023-01-22T12:09:39.388Z"`;
    }
    if (instant > this.#latest) return `timestamp_utc ${told(timestamp)} lies more than 5 minutes in the future`;
    if (instant < this.#earliest) {
      return `timestamp_utc ${told(timestamp)} lies more than ${this.#budgets.earliestPoll / DAY} days in the past`;
    }
    return 'there is no such store';
  }
}

const STATUSES: ReadonlyMap<unknown, number> = new Map([
  ['active', 1],
  ['inactive', 0],
]);

function statusOf(status: unknown): number | undefined {
  return typeof status === 'string' ? STATUSES.get(trimmed(status).toLowerCase()) : undefined;
}

function told(value: unknown): string {
  return value === undefined ? '(missing)' : (JSON.stringify(value).slice(0, 100) ?? '');
}
