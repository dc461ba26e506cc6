import { PEER_LEASE, type Peer, type PeerRegistry } from '../../storage/ports/peers.ts';
import { hashOf, mixed } from './slots.ts';

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_INTERVAL = 10_000;
/** Heartbeats that are this many milliseconds apart cannot have been under way at the same time. */
const MAX_LATENCY = 1_000;

/**
 * This server and its peers. Rendezvous hashing assigns each store to one peer, so a peer that joins or leaves moves
 * only its own stores.
 *
 * A new peer waits until all others have seen it, and then until they have finished the probes they had begun; until
 * then it has no stores. The stores of a peer that crashed are reassigned after `PEER_LEASE`.
 */
export class Peers {
  readonly id: string;
  readonly #registry: PeerRegistry;
  readonly #handover: number;
  #peers: readonly Peer[] = [];
  #hashes: readonly number[] = [];
  #heartbeatAt = Number.NEGATIVE_INFINITY;
  #readyAt: number | undefined;
  #lapsed = false;

  /** @param handover the longest time from the start of a probe task to its end, milliseconds */
  constructor(registry: PeerRegistry, id: string, handover: number) {
    this.id = id;
    this.#registry = registry;
    this.#handover = handover;
  }

  /**
   * Renews this server's lease and reads the list of peers. Rejects when the database is unavailable.
   *
   * @param now the monotonic clock, as in the methods below
   */
  async heartbeat(now: number): Promise<void> {
    if (!this.holdsLease(now)) this.#lapsed = true;
    const before = this.#self();
    const peers = await this.#registry.heartbeat(this.id);
    this.#peers = [...peers].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#hashes = this.#peers.map(({ id }) => hashOf(id));
    this.#heartbeatAt = now;
    const self = this.#self();
    if (self === undefined) return;
    if (before?.joinedAt !== self.joinedAt) this.#readyAt = undefined;
    const earlier = this.#peers.filter((peer) => joinedBefore(peer, self));
    if (earlier.length === 0) this.#readyAt ??= now;
    else if (earlier.every(({ seenAt }) => seenAt > self.joinedAt + MAX_LATENCY)) {
      this.#readyAt ??= now + this.#handover;
    }
  }

  leave(): Promise<void> {
    return this.#registry.leave(this.id);
  }

  /** Whether this server's lease is valid, with a margin for the time between heartbeats. */
  holdsLease(now: number): boolean {
    return now - this.#heartbeatAt < PEER_LEASE - HEARTBEAT_INTERVAL / 2;
  }

  /** Whether the lease has expired since the last call. If so, peers may have polled this server's stores. */
  takeLapse(): boolean {
    const lapsed = this.#lapsed;
    this.#lapsed = false;
    return lapsed;
  }

  /** Identifies the current assignment of stores to peers; `undefined`: this server has no stores yet. */
  assignment(now: number): string | undefined {
    if (this.#readyAt === undefined || now < this.#readyAt) return undefined;
    return this.#peers.map(({ id }) => id).join(' ');
  }

  /** Whether a store is assigned to this server. */
  owns(storeId: string): boolean {
    const store = hashOf(storeId);
    let owner = '';
    let highest = -1;
    for (const [i, { id }] of this.#peers.entries()) {
      const weight = mixed(store ^ (this.#hashes[i] ?? 0));
      if (weight > highest) [owner, highest] = [id, weight];
    }
    return owner === this.id;
  }

  #self(): Peer | undefined {
    return this.#peers.find(({ id }) => id === this.id);
  }
}

/** Peers that joined in the same millisecond are ordered by id. */
function joinedBefore(peer: Peer, self: Peer): boolean {
  return peer.joinedAt < self.joinedAt || (peer.joinedAt === self.joinedAt && peer.id < self.id);
}
