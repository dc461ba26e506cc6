import type { FactorChanges } from '../storage/ports/factors.ts';
import { keyFor, seal, unseal } from './seal.ts';
import type { ServerSecrets } from './secrets.ts';
import { hashOf } from './tokens.ts';

/** What is under way for so long, milliseconds, and then has to begin anew. */
export const TICKET_LIFETIME = 10 * 60_000;

/** What a ticket holds, and until when it holds. */
interface Content<T> {
  readonly data: T;
  readonly until: number;
}

/**
 * What the server has to remember between two steps, such as the challenge for a passkey: sealed, and kept by the
 * browser, so that strangers who begin without end fill no memory.
 */
export class Tickets {
  readonly #secrets: ServerSecrets;
  readonly #now: () => number;

  constructor(secrets: ServerSecrets, now: () => number) {
    this.#secrets = secrets;
    this.#now = now;
  }

  /** @param purpose a ticket for one is none for another */
  async issue(purpose: string, data: unknown): Promise<string> {
    return seal(await this.#key(), JSON.stringify({ data, until: this.#now() + TICKET_LIFETIME }), purpose);
  }

  /** What a ticket holds; `undefined` when it is not ours, for something else, or over. */
  async read<T>(purpose: string, ticket: string): Promise<T | undefined> {
    const text = unseal(await this.#key(), ticket, purpose);
    if (text === undefined) return undefined;
    const { data, until } = JSON.parse(text) as Content<T>;
    return until > this.#now() ? data : undefined;
  }

  /** Takes a ticket for good; returns whether nobody did before, on any server. */
  spend(changes: FactorChanges, ticket: string): Promise<boolean> {
    const now = this.#now();
    return changes.spend(hashOf(ticket), now + TICKET_LIFETIME, now);
  }

  async #key(): Promise<Buffer> {
    return keyFor(await this.#secrets.get('cookies'), 'tickets');
  }
}
