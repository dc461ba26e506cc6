import { MEMBER_LEASE, type Member, type MemberRegistry } from '../../storage/ports/members.ts';
import { hashOf, mixed } from './slots.ts';

/** How often a member says that it lives. */
export const BEAT_INTERVAL = 10_000;
/** A word that was sent at this distance from another cannot have crossed it. */
const CROSSING = 1_000;

/**
 * This server as one of several that share the stores. Each store belongs to the member that draws the highest number
 * for it, so that a member which comes or goes moves no stores but its own.
 *
 * A member that finds others must let them hear of it first, and then end what they have begun with the stores that
 * become its: it owns nothing for that long. One that dies is missed after `MEMBER_LEASE`.
 */
export class Membership {
  readonly id: string;
  readonly #registry: MemberRegistry;
  readonly #handover: number;
  #members: readonly Member[] = [];
  #hashes: readonly number[] = [];
  #heardAt = Number.NEGATIVE_INFINITY;
  #readyAt: number | undefined;
  #lapsed = false;

  /** @param handover milliseconds in which a member ends what it has begun */
  constructor(registry: MemberRegistry, id: string, handover: number) {
    this.id = id;
    this.#registry = registry;
    this.#handover = handover;
  }

  /** Says that this server lives, and learns who else does. Rejects when the database does not answer. */
  async beat(now: number): Promise<void> {
    if (!this.holds(now)) this.#lapsed = true;
    const before = this.#me();
    const members = await this.#registry.beat(this.id);
    this.#members = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#hashes = this.#members.map(({ id }) => hashOf(id));
    this.#heardAt = now;
    const me = this.#me();
    if (me === undefined) return;
    if (before?.joinedAt !== me.joinedAt) this.#readyAt = undefined;
    const elders = this.#members.filter((member) => isElder(member, me));
    if (elders.length === 0) this.#readyAt ??= now;
    else if (elders.every(({ seenAt }) => seenAt > me.joinedAt + CROSSING)) this.#readyAt ??= now + this.#handover;
  }

  leave(): Promise<void> {
    return this.#registry.leave(this.id);
  }

  /** Whether the others still count this server among the living, as far as it can know. */
  holds(now: number): boolean {
    return now - this.#heardAt < MEMBER_LEASE - BEAT_INTERVAL / 2;
  }

  /** Whether it did not, at some time since this was last asked: then others may have polled its stores. */
  takeLapse(): boolean {
    const lapsed = this.#lapsed;
    this.#lapsed = false;
    return lapsed;
  }

  /** Who shares the stores, as a text that is equal when they are; `undefined`: this server has no share yet. */
  share(now: number): string | undefined {
    if (this.#readyAt === undefined || now < this.#readyAt) return undefined;
    return this.#members.map(({ id }) => id).join(' ');
  }

  /** Whether a store is this server's, when it has a share. */
  owns(storeId: string): boolean {
    const store = hashOf(storeId);
    let owner = '';
    let highest = -1;
    for (const [i, { id }] of this.#members.entries()) {
      const draw = mixed(store ^ (this.#hashes[i] ?? 0));
      if (draw > highest) [owner, highest] = [id, draw];
    }
    return owner === this.id;
  }

  #me(): Member | undefined {
    return this.#members.find(({ id }) => id === this.id);
  }
}

/** Who was there first; of two that came in the same millisecond, the one with the smaller id. */
function isElder(member: Member, me: Member): boolean {
  return member.joinedAt < me.joinedAt || (member.joinedAt === me.joinedAt && member.id < me.id);
}
