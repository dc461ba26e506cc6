import type { FactorChanges } from '../storage/ports/factors.ts';
import { keyFor, seal, unseal } from './seal.ts';
import type { ServerSecrets } from './secrets.ts';
import { sha256 } from './tokens.ts';

/** How long a multi-step action can take before it has to start again, in milliseconds. */
export const TICKET_LIFETIME = 10 * 60_000;

/** The content of a ticket and its expiry. */
interface Content<T> {
  readonly data: T;
  readonly until: number;
}

/**
 * State that the server needs between two steps, such as a passkey challenge. It is encrypted and kept by the browser,
 * so that unauthenticated requests cannot fill memory.
 */
export class Tickets {
  readonly #secrets: ServerSecrets;
  readonly #now: () => number;

  constructor(secrets: ServerSecrets, now: () => number) {
    this.#secrets = secrets;
    this.#now = now;
  }

  /** @param purpose a ticket is valid only for the purpose it was issued for */
  async issue(purpose: string, data: unknown): Promise<string> {
    return seal(await this.#key(), JSON.stringify({ data, until: this.#now() + TICKET_LIFETIME }), purpose);
  }

  /** The content of a ticket; `undefined` if it is forged, expired or for another purpose. */
  async read<T>(purpose: string, ticket: string): Promise<T | undefined> {
    const text = unseal(await this.#key(), ticket, purpose);
    if (text === undefined) return undefined;
    const { data, until } = JSON.parse(text) as Content<T>;
    return until > this.#now() ? data : undefined;
  }

  /** Marks a ticket as used; returns false if any server already did. */
  spend(changes: FactorChanges, ticket: string): Promise<boolean> {
    const now = this.#now();
    return changes.spend(sha256(ticket), now + TICKET_LIFETIME, now);
  }

  async #key(): Promise<Buffer> {
    return keyFor(await this.#secrets.get('cookies'), 'tickets');
  }
}
