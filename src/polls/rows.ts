import { float64Column, uint8Column } from '../columns.ts';
import { readReason } from '../domain/reasons.ts';
import { FUTURE_TOLERANCE } from '../ingest/feeds.ts';
import type { PollBatch } from '../storage/ports.ts';
import { ID_FLAWS, ID_LENGTH, newIdFlaw } from '../store-id.ts';
import { trimmed } from '../text.ts';
import { readInstant } from './instants.ts';

/** A poll that was refused. */
export interface RefusedPoll {
  /** Its place among the polls of the request, from 1. */
  readonly row: number;
  readonly storeId: string | undefined;
  readonly reason: string;
}

/** So many refused polls are told one by one. */
export const REFUSED_TOLD = 100;

/** The polls of one request as they are read, row by row, with those that are refused. */
export class PollRows {
  readonly #latest: number;
  readonly #sees: (storeId: string) => boolean;
  readonly #knows: (storeId: string) => boolean;
  readonly #ids: string[] = [];
  readonly #instants = float64Column();
  readonly #active = uint8Column();
  readonly #reasons = new Map<number, string>();
  readonly #refused: RefusedPoll[] = [];
  #rejected = 0;

  /**
   * @param now the clock, milliseconds: polls more than 5 minutes ahead of it are refused
   * @param sees whether a store exists for the one who sends them
   * @param knows whether there is a store with this id already
   */
  constructor(now: number, sees: (storeId: string) => boolean, knows: (storeId: string) => boolean) {
    this.#latest = now + FUTURE_TOLERANCE;
    this.#sees = sees;
    this.#knows = knows;
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
    if (
      active === undefined ||
      instant === undefined ||
      instant > this.#latest ||
      id === undefined ||
      !this.#takes(id)
    ) {
      this.refuse(this.#reason(id ?? storeId, status, timestamp, { active, instant }), id);
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

  #takes(id: string): boolean {
    return this.#flaw(id) === undefined && this.#sees(id);
  }

  #flaw(id: string): string | undefined {
    const flaw = newIdFlaw(id);
    return flaw === ID_FLAWS.formula && this.#knows(id) ? undefined : flaw;
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
