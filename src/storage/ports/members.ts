/** A server that polls, as the database knows it; instants on the database's clock. */
export interface Member {
  readonly id: string;
  readonly joinedAt: number;
  readonly seenAt: number;
}

/** The servers that share the stores of one database. */
export interface MemberRegistry {
  /**
   * Says that this member lives and returns all that live, it among them: those that said so within `MEMBER_LEASE`.
   * One that was silent for longer has joined anew.
   */
  beat(id: string): Promise<Member[]>;
  leave(id: string): Promise<void>;
}

/** A member that is silent for so long counts as dead; milliseconds. */
export const MEMBER_LEASE = 30_000;
