import type { LeaseName, Leases } from '../../../src/storage/ports/leases.ts';
import { PEER_LEASE, type Peer, type PeerRegistry } from '../../../src/storage/ports/peers.ts';
import type { MemoryDatabase } from './transaction.ts';

/** The servers that share the probing. */
export class MemoryPeers implements PeerRegistry {
  readonly #database: MemoryDatabase;
  readonly #now: () => number;

  /** @param now the clock of the database */
  constructor(database: MemoryDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async heartbeat(id: string): Promise<Peer[]> {
    const now = this.#now();
    const isAlive = ({ seenAt }: Peer) => seenAt >= now - PEER_LEASE;
    return this.#database.change((transaction) => {
      const before = transaction.get('peers', id);
      const joinedAt = before !== undefined && isAlive(before) ? before.joinedAt : now;
      transaction.set('peers', id, { id, joinedAt, seenAt: now });
      return [...transaction.table('peers').values()].filter(isAlive);
    });
  }

  async leave(id: string): Promise<void> {
    this.#database.change((transaction) => transaction.delete('peers', id));
  }
}

/** The leases of work that one server may do at a time. */
export class MemoryLeases implements Leases {
  readonly #database: MemoryDatabase;
  readonly #now: () => number;

  /** @param now the clock of the database */
  constructor(database: MemoryDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async take(name: LeaseName, holder: string, milliseconds: number): Promise<boolean> {
    const now = this.#now();
    return this.#database.change((transaction) => {
      const lease = transaction.get('leases', name);
      if (lease !== undefined && lease.holder !== holder && lease.until >= now) return false;
      transaction.set('leases', name, { holder, until: now + milliseconds });
      return true;
    });
  }

  async release(name: LeaseName, holder: string): Promise<void> {
    this.#database.change((transaction) => {
      if (transaction.get('leases', name)?.holder === holder) transaction.delete('leases', name);
    });
  }
}
