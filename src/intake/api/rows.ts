import { latestInstant } from '../../domain/future.ts';
import { DAY } from '../../domain/hours.ts';
import { readReason } from '../../domain/reasons.ts';
import type { Budgets } from '../../lib/budgets.ts';
import { float64Column, uint8Column } from '../../lib/columns.ts';
import { ID_FLAWS, ID_LENGTH, idFlaw, newIdFlaw } from '../../lib/store-id.ts';
import { trimmed } from '../../lib/text.ts';
import { untrustedClock } from '../../lib/world/clock-watch.ts';
import type { PollBatch } from '../../storage/ports/storage.ts';
import { parsePollInstant } from './instants.ts';

/** A bad poll of a request. */
export interface RefusedPoll {
  /** Its position in the request, from 1. */
  readonly row: number;
  readonly storeId: string | undefined;
  readonly reason: string;
}

/** The stores, as far as the sender of polls may see them. */
export interface PollStores {
  /** How many stores exist. */
  readonly count: number;
  /** Whether polls may create stores. */
  readonly mayAdd: boolean;
  knows(storeId: string): boolean;
  /** Whether the sender may send polls of a store. */
  sees(storeId: string): boolean;
}

export type PollBudgets = Pick<Budgets, 'earliestPoll' | 'newStores' | 'stores'>;

/** How many bad polls are listed; the others are only counted. */
export const LISTED_REJECTS = 100;

/** Collects the polls of a request, good and bad, row by row. */
export class PollRows {
  readonly #earliest: number;
  readonly #latest: number;
  readonly #trusted: boolean;
  readonly #budgets: PollBudgets;
  readonly #stores: PollStores;
  readonly #newStores = new Set<string>();
  readonly #ids: string[] = [];
  readonly #instants = float64Column();
  readonly #active = uint8Column();
  readonly #reasons = new Map<number, string>();
  readonly #refused: RefusedPoll[] = [];
  #rejected = 0;

  /**
   * @param now the clock, milliseconds: polls more than 5 minutes ahead of it, or too old, are bad
   * @param trusted whether the clock can be relied on
   */
  constructor(now: number, stores: PollStores, budgets: PollBudgets, trusted = true) {
    this.#trusted = trusted;
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

  /** The listed bad polls: the first ones. */
  get refused(): readonly RefusedPoll[] {
    return this.#refused;
  }

  get batch(): PollBatch {
    return { ids: this.#ids, instants: this.#instants.values, active: this.#active.values, reasons: this.#reasons };
  }

  /**
   * Adds a poll from unchecked values. The reason of an active poll is ignored.
   *
   * @throws UserError `unavailable` when the poll is in the future, or too old, by a clock that is not trusted
   */
  add(storeId: unknown, status: unknown, timestamp: unknown, reason: unknown): void {
    const id = typeof storeId === 'string' ? trimmed(storeId) : undefined;
    const active = STATUSES.get(status) ?? statusOf(status);
    const instant = typeof timestamp === 'string' ? parsePollInstant(timestamp) : undefined;
    const inTime = instant !== undefined && instant >= this.#earliest && instant <= this.#latest;
    if (instant !== undefined && !inTime && !this.#trusted) throw untrustedClock();
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
      this.refuse(`reason ${shown(reason)} is not a string`, id);
      return;
    }
    this.#ids.push(id);
    this.#instants.push(instant);
    this.#active.push(active);
  }

  refuse(reason: string, storeId?: unknown): void {
    this.#rejected++;
    if (this.#refused.length === LISTED_REJECTS) return;
    const id = typeof storeId === 'string' ? storeId.slice(0, ID_LENGTH) : undefined;
    this.#refused.push({ row: this.received, storeId: id, reason });
  }

  /** Why a poll cannot create this store; `undefined`: it can. */
  #refusalOfNew(storeId: string): string | undefined {
    if (this.#newStores.has(storeId)) return undefined;
    const { newStores, stores } = this.#budgets;
    if (!this.#stores.mayAdd) return 'there is no such store, and creating one requires the scope stores:write';
    if (this.#newStores.size >= newStores) {
      return `there is no such store, and one request can create at most ${newStores} (MAX_NEW_STORES)`;
    }
    if (this.#stores.count + this.#newStores.size >= stores) {
      return `there is no such store, and the limit of ${stores} stores is reached (MAX_STORES)`;
    }
    this.#newStores.add(storeId);
    return undefined;
  }

  #takes(id: string): boolean {
    return this.#flaw(id) === undefined && this.#stores.sees(id);
  }

  #flaw(id: string): string | undefined {
    const flaw = newIdFlaw(id);
    return flaw !== undefined && this.#stores.knows(id) ? idFlaw(id) : flaw;
  }

  #reason(
    storeId: unknown,
    status: unknown,
    timestamp: unknown,
    { active, instant }: { readonly active: number | undefined; readonly instant: number | undefined },
  ): string {
    if (typeof storeId !== 'string') return `store_id ${shown(storeId)} is not a string`;
    const flaw = this.#flaw(storeId);
    if (flaw !== undefined) return `store_id ${flaw === ID_FLAWS.scientific ? `${shown(storeId)} ` : ''}${flaw}`;
    if (active === undefined) {
      return `status ${shown(status)} is neither "active" nor "inactive"`;
    }
    if (instant === undefined) {
      return `timestamp_utc ${shown(timestamp)} is not an instant such as "2023-01-22T12:09:39.388Z"`;
    }
    if (instant > this.#latest) return `timestamp_utc ${shown(timestamp)} is more than 5 minutes in the future`;
    if (instant < this.#earliest) {
      return `timestamp_utc ${shown(timestamp)} is more than ${this.#budgets.earliestPoll / DAY} days in the past`;
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

function shown(value: unknown): string {
  return value === undefined ? '(missing)' : (JSON.stringify(value).slice(0, 100) ?? '');
}
