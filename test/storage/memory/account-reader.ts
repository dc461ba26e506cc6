import type {
  AccountReader,
  AuditFilter,
  AuditRecord,
  KeyRecord,
  SessionRecord,
  TimePlace,
  UserRecord,
} from '../../../src/storage/ports/account-catalog.ts';
import type { FactorReader } from '../../../src/storage/ports/factors.ts';
import type { LinkReader } from '../../../src/storage/ports/sign-in-links.ts';
import { auditOf, keyRecordOf, sessionOf, userOf } from './account-rows.ts';
import { only, type View } from './data.ts';
import { MemoryFactorReader } from './factors.ts';
import { byBytes } from './record-tables.ts';
import { MemoryLinkReader } from './sign-in-links.ts';

/** Reads users, sessions, keys and the audit log. */
export class MemoryAccountReader implements AccountReader {
  readonly factors: FactorReader;
  readonly links: LinkReader;
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
    this.factors = new MemoryFactorReader(view);
    this.links = new MemoryLinkReader(view);
  }

  async anyUser(): Promise<boolean> {
    return this.#view.table('users').size > 0;
  }

  async revision(): Promise<number> {
    return only(this.#view, 'account_revision');
  }

  async user(id: string): Promise<UserRecord | undefined> {
    const row = this.#view.table('users').get(id);
    return row && userOf(this.#view, row);
  }

  async userByLogin(login: string): Promise<UserRecord | undefined> {
    const row = [...this.#view.table('users').values()].find((user) => user.login === login);
    return row && userOf(this.#view, row);
  }

  async userByEmail(email: string): Promise<UserRecord | undefined> {
    const row = [...this.#view.table('users').values()].find((user) => user.email === email);
    return row && userOf(this.#view, row);
  }

  async users(after: string | undefined, limit: number): Promise<UserRecord[]> {
    return [...this.#view.table('users').values()]
      .filter(({ login }) => byBytes(login, after ?? '') > 0)
      .sort((a, b) => byBytes(a.login, b.login))
      .slice(0, limit)
      .map((row) => userOf(this.#view, row));
  }

  async passwordHash(login: string): Promise<string | undefined> {
    return [...this.#view.table('users').values()].find((user) => user.login === login)?.password_hash ?? undefined;
  }

  async storesOf(userId: string): Promise<string[]> {
    return [...this.#view.table('user_stores').values()]
      .filter(({ user_id }) => user_id === userId)
      .map(({ store_id }) => store_id)
      .sort(byBytes);
  }

  async session(tokenHash: string): Promise<SessionRecord | undefined> {
    const row = this.#view.table('sessions').get(tokenHash);
    return row && sessionOf(row);
  }

  async serverSecret(name: string): Promise<string | undefined> {
    return this.#view.table('server_secrets').get(name)?.value;
  }

  async key(id: string): Promise<KeyRecord | undefined> {
    const row = this.#view.table('api_keys').get(id);
    return row && keyRecordOf(this.#view, row);
  }

  async keyByToken(tokenHash: string): Promise<KeyRecord | undefined> {
    const row = [...this.#view.table('api_keys').values()].find((key) => key.token_hash === tokenHash);
    return row && keyRecordOf(this.#view, row);
  }

  async keys(userId: string | undefined, before: TimePlace | undefined, limit: number): Promise<KeyRecord[]> {
    const keys = [...this.#view.table('api_keys').values()]
      .filter(({ user_id }) => userId === undefined || user_id === userId)
      .map((row) => keyRecordOf(this.#view, row));
    return page(keys, ({ createdAt, id }) => ({ at: createdAt, id }), before, limit);
  }

  async audit(filter: AuditFilter, before: TimePlace | undefined, limit: number): Promise<AuditRecord[]> {
    const { actions, ...others } = filter;
    const wanted = Object.entries(others).filter(([, value]) => value !== undefined);
    const entries = [...this.#view.table('audit').values()]
      .map(auditOf)
      .filter((entry) => actions?.includes(entry.action) ?? true)
      .filter((entry) => wanted.every(([name, value]) => entry[name as keyof typeof others] === value));
    return page(entries, (entry) => entry, before, limit);
  }
}

/** The first items after a place, newest first. */
function page<T>(
  items: readonly T[],
  placeOf: (item: T) => TimePlace,
  before: TimePlace | undefined,
  limit: number,
): T[] {
  const order = (a: TimePlace, b: TimePlace) => b.at - a.at || (a.id === b.id ? 0 : a.id < b.id ? 1 : -1);
  return items
    .filter((item) => before === undefined || order(before, placeOf(item)) < 0)
    .sort((a, b) => order(placeOf(a), placeOf(b)))
    .slice(0, limit);
}
