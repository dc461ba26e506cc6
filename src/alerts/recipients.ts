import type { AccountReader, UserRecord } from '../storage/ports/account-catalog.ts';
import type { AlertReader } from '../storage/ports/alerts.ts';
import type { ContactPointReader, ContactPointRecord } from '../storage/ports/contact-points.ts';

/** A contact point that can be notified, and the stores that it may be notified about. */
export interface Recipient {
  readonly contactPointId: string;
  readonly stores: 'all' | ReadonlySet<string>;
}

export interface RecipientParts {
  readonly accounts: AccountReader;
  readonly alerts: Pick<AlertReader, 'ownersOf'>;
  readonly contactPoints: ContactPointReader;
}

/** The most contact points of a user. */
const MOST_OF_USER = 100;

/** Finds the recipients, and remembers them for one evaluation. Contact points of disabled users get no messages. */
export class Recipients {
  readonly #parts: RecipientParts;
  readonly #known = new Map<string, Promise<Recipient | undefined>>();
  readonly #stores = new Map<string, Promise<Recipient['stores'] | undefined>>();
  readonly #ofUsers = new Map<string, Promise<Recipient[]>>();
  /** The users who own a store. */
  readonly #owners = new Map<string, string[]>();

  constructor(parts: RecipientParts) {
    this.#parts = parts;
  }

  /** Those of these contact points that are there and enabled. */
  async named(ids: Iterable<string>): Promise<Recipient[]> {
    const found: Recipient[] = [];
    for (const id of ids) {
      const known = this.#known.get(id) ?? this.#find(id);
      this.#known.set(id, known);
      const recipient = await known;
      if (recipient !== undefined) found.push(recipient);
    }
    return found;
  }

  /** Reads who owns these stores. */
  async loadOwners(storeIds: readonly string[]): Promise<void> {
    const missing = storeIds.filter((id) => !this.#owners.has(id));
    if (missing.length === 0) return;
    for (const id of missing) this.#owners.set(id, []);
    for (const { userId, storeId } of await this.#parts.alerts.ownersOf(missing))
      this.#owners.get(storeId)?.push(userId);
  }

  /** The contact points of the owners of these stores, which must be loaded. */
  async ownersOf(storeIds: readonly string[]): Promise<Recipient[]> {
    const found: Recipient[] = [];
    for (const userId of new Set(storeIds.flatMap((id) => this.#owners.get(id) ?? []))) {
      const known = this.#ofUsers.get(userId) ?? this.#ofUser(userId);
      this.#ofUsers.set(userId, known);
      found.push(...(await known));
    }
    return found;
  }

  async #find(id: string): Promise<Recipient | undefined> {
    const point = await this.#parts.contactPoints.contactPoint(id);
    return point && this.#recipient(point);
  }

  async #ofUser(userId: string): Promise<Recipient[]> {
    const points = await this.#parts.contactPoints.contactPoints({ userId, team: false }, undefined, MOST_OF_USER);
    const recipients = await Promise.all(points.map((point) => this.#recipient(point)));
    return recipients.filter((recipient) => recipient !== undefined);
  }

  async #recipient({ id, userId, enabled }: ContactPointRecord): Promise<Recipient | undefined> {
    if (!enabled) return undefined;
    if (userId === undefined) return { contactPointId: id, stores: 'all' };
    const known = this.#stores.get(userId) ?? visibleStores(this.#parts.accounts, userId);
    this.#stores.set(userId, known);
    const stores = await known;
    return stores === undefined ? undefined : { contactPointId: id, stores };
  }
}

/** The stores that a user may see; `undefined`: the user is gone or disabled. */
export async function visibleStores(
  accounts: Pick<AccountReader, 'user' | 'storesOf'>,
  userId: string,
): Promise<Recipient['stores'] | undefined> {
  const user: UserRecord | undefined = await accounts.user(userId);
  if (user === undefined || user.disabled) return undefined;
  return user.role === 'owner' ? new Set(await accounts.storesOf(userId)) : 'all';
}
