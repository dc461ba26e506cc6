/** One of the running servers that share the probing. Instants in milliseconds, by the database's clock. */
export interface Peer {
  readonly id: string;
  readonly joinedAt: number;
  readonly seenAt: number;
}

/** The servers that share the stores of one database. */
export interface PeerRegistry {
  /**
   * Renews this peer's lease and returns all peers with a valid lease, including this one. A peer whose lease has
   * expired joins anew.
   */
  heartbeat(id: string): Promise<Peer[]>;
  leave(id: string): Promise<void>;
}

/** How long a peer's lease is valid after a heartbeat, milliseconds. */
export const PEER_LEASE = 30_000;
