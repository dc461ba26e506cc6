import { float64Column, uint8Column } from '../columns.ts';
import { readReason } from '../domain/reasons.ts';
import { FUTURE_TOLERANCE } from '../ingest/feeds.ts';
import type { PollBatch } from '../storage/ports.ts';
import { isStorable, isWithin } from '../text.ts';
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

/** As long an id may be that a poll makes known. */
const ID_LENGTH = 200;

/** The polls of one request as they are read, row by row, with those that are refused. */
export class PollRows {
  readonly #latest: number;
  readonly #sees: (storeId: string) => boolean;
  readonly #ids: string[] = [];
  readonly #instants = float64Column();
  readonly #active = uint8Column();
  readonly #reasons = new Map<number, string>();
  readonly #refused: RefusedPoll[] = [];
  #rejected = 0;

  /**
   * @param now the clock, milliseconds: polls more than 5 minutes ahead of it are refused
   * @param sees whether a store exists for the one who sends them
   */
  constructor(now: number, sees: (storeId: string) => boolean) {
    this.#latest = now + FUTURE_TOLERANCE;
    this.#sees = sees;
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
    const active = status === 'active' ? 1 : status === 'inactive' ? 0 : -1;
    const instant = typeof timestamp === 'string' ? readInstant(timestamp) : undefined;
    if (active < 0 || instant === undefined || instant > this.#latest || !isStoreId(storeId) || !this.#sees(storeId)) {
      this.refuse(this.#reason(storeId, status, timestamp, instant), storeId);
      return;
    }
    if (active === 0 && typeof reason === 'string') {
      const text = readReason(reason);
      if (text !== undefined) this.#reasons.set(this.#ids.length, text);
    } else if (active === 0 && reason !== undefined && reason !== null) {
      this.refuse(`reason ${told(reason)} is no text`, storeId);
      return;
    }
    this.#ids.push(storeId);
    this.#instants.push(instant);
    this.#active.push(active);
  }

  refuse(reason: string, storeId?: unknown): void {
    this.#rejected++;
    if (this.#refused.length === REFUSED_TOLD) return;
    const told = typeof storeId === 'string' ? storeId.slice(0, ID_LENGTH) : undefined;
    this.#refused.push({ row: this.received, storeId: told, reason });
  }

  #reason(storeId: unknown, status: unknown, timestamp: unknown, instant: number | undefined): string {
    if (!isStoreId(storeId)) return idReason(storeId);
    if (status !== 'active' && status !== 'inactive') {
      return `status ${told(status)} is neither "active" nor "inactive"`;
    }
    if (instant === undefined) {
      return `timestamp_utc ${told(timestamp)} is not an instant such as "2023-01-22T12:09:39.388Z"`;
    }
    if (instant > this.#latest) return `timestamp_utc ${told(timestamp)} lies more than 5 minutes in the future`;
    return 'there is no such store';
  }
}

function isStoreId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && isWithin(value, ID_LENGTH) && isStorable(value);
}

function idReason(value: unknown): string {
  if (value === '') return 'store_id is empty';
  if (typeof value !== 'string') return `store_id ${told(value)} is no text`;
  if (!isWithin(value, ID_LENGTH)) return `store_id is longer than ${ID_LENGTH} characters`;
  return value.includes('\0') ? 'store_id holds a null character' : 'store_id holds half a character';
}

function told(value: unknown): string {
  return value === undefined ? '(missing)' : (JSON.stringify(value).slice(0, 100) ?? '');
}
