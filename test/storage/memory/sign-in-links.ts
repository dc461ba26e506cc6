import type {
  LinkChanges,
  LinkPurpose,
  LinkReader,
  SignInLinkRecord,
} from '../../../src/storage/ports/sign-in-links.ts';
import type { View } from './data.ts';
import type { Transaction } from './transaction.ts';

/** Reads sign-in links. */
export class MemoryLinkReader implements LinkReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async link(tokenHash: string): Promise<SignInLinkRecord | undefined> {
    const row = this.#view.table('sign_in_links').get(tokenHash);
    if (row === undefined) return undefined;
    const { token_hash, user_id: userId, created_ms: createdAt, expires_ms: expiresAt } = row;
    return { tokenHash: token_hash, userId, purpose: row.purpose as LinkPurpose, createdAt, expiresAt };
  }
}

/** Changes sign-in links within a transaction. */
export class MemoryLinkChanges extends MemoryLinkReader implements LinkChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  async countLinks(userId: string, purpose: LinkPurpose): Promise<number> {
    return [...this.#transaction.table('sign_in_links').values()].filter(
      (link) => link.user_id === userId && link.purpose === purpose,
    ).length;
  }

  async addLink({ tokenHash, userId, purpose, createdAt, expiresAt }: SignInLinkRecord): Promise<void> {
    this.#transaction.set('sign_in_links', tokenHash, {
      ...{ token_hash: tokenHash, user_id: userId, purpose, created_ms: createdAt, expires_ms: expiresAt },
    });
  }

  async removeLinksOf(userId: string): Promise<void> {
    this.#transaction.deleteWhere('sign_in_links', ({ user_id }) => user_id === userId);
  }

  async removeExpiredLinks(now: number): Promise<void> {
    this.#transaction.deleteWhere('sign_in_links', ({ expires_ms }) => expires_ms <= now);
  }
}
