import { newId } from '../lib/world/random.ts';
import type { AccountCatalog, AuditFilter, AuditRecord, TimePlace } from '../storage/ports/account-catalog.ts';
import type { Principal, Scope } from './access.ts';
import { isText } from './fields.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';

/** Who makes a change. */
export interface Actor {
  /** `undefined`: not a user. */
  readonly userId: string | undefined;
  readonly name: string;
  /** The API key in use. */
  readonly keyId: string | undefined;
  /** The scopes of the actor, which are the most that it can grant. */
  readonly scopes: 'all' | ReadonlySet<Scope>;
  readonly proof: Proof;
}

/**
 * What shows who the actor is: access to the machine (`trusted`), nothing, while there are no users (`open`), an API key,
 * or a session, given as the time in milliseconds at which its user last proved its identity.
 */
export type Proof = 'trusted' | 'open' | 'key' | number;

export const COMMAND_LINE: Actor = {
  userId: undefined,
  name: 'command line',
  keyId: undefined,
  scopes: 'all',
  proof: 'trusted',
};

/** The actor while there are no users. */
const ANYONE: Actor = { ...COMMAND_LINE, name: 'anyone', proof: 'open' };

export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'open') return ANYONE;
  const { userId, login, keyId, scopes, provenAt } = principal;
  return { userId, name: login, keyId, scopes, proof: provenAt ?? 'key' };
}

export interface Subject {
  /** Such as `user`, `key`, `store`. */
  readonly kind: string;
  readonly id: string;
}

export type Detail = Readonly<Record<string, unknown>>;

/** The words of actions in entries that earlier versions wrote. Entries are never rewritten. */
const EARLIER_WORDS: readonly (readonly [earlier: string, present: string])[] = [
  ...['alert_rule', 'contact_point', 'import', 'key', 'user'].map(
    (kind) => [`${kind}.added`, `${kind}.created`] as const,
  ),
  ...['alert_rule', 'contact_point', 'import', 'report', 'user'].map(
    (kind) => [`${kind}.removed`, `${kind}.deleted`] as const,
  ),
];
const PRESENT = new Map(EARLIER_WORDS);
const EARLIER = new Map(EARLIER_WORDS.map(([earlier, present]) => [present, earlier]));

/** Which entries to list. */
export interface AuditQuery extends Omit<AuditFilter, 'actions'> {
  /** Such as `user.created`, also by its earlier name `user.added`. */
  readonly action?: string;
}

/** A permanent record of who changed what. Entries never contain secrets. */
export class AuditLog {
  readonly #catalog: AccountCatalog;
  readonly #now: () => number;

  constructor(catalog: AccountCatalog, now: () => number) {
    this.#catalog = catalog;
    this.#now = now;
  }

  /**
   * Records a change made outside the accounts tables.
   *
   * @param action such as `store.changed`
   */
  async record(actor: Actor, action: string, subject: Subject, detail: Detail = {}): Promise<void> {
    await this.#catalog.changing((changes) => changes.addAudit(this.entry(actor, action, subject, detail)));
  }

  /** Builds an entry, to be written in the same transaction as the change that it describes. */
  entry(actor: Actor, action: string, subject: Subject, detail: Detail = {}): AuditRecord {
    return {
      id: newId(),
      at: this.#now(),
      actorId: actor.userId,
      actor: actor.name,
      keyId: actor.keyId,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      detail,
    };
  }

  /** Lists entries, newest first, with the present words of their actions. */
  async list(query: AuditQuery, page: PageRequest<TimePlace>): Promise<Page<AuditRecord, TimePlace>> {
    if (!Object.values(query).every(isText)) return { items: [], next: undefined };
    const { action, ...others } = query;
    const filter = { ...others, ...(action !== undefined && { actions: wordsOf(action) }) };
    const found = await readPage(
      page,
      (before, limit) => this.#catalog.audit(filter, before, limit),
      ({ at, id }) => ({ at, id }),
    );
    return { ...found, items: found.items.map((entry) => ({ ...entry, action: presentWord(entry.action) })) };
  }
}

function presentWord(action: string): string {
  return PRESENT.get(action) ?? action;
}

/** All words of an action, whichever is given. */
function wordsOf(action: string): string[] {
  const present = presentWord(action);
  const earlier = EARLIER.get(present);
  return earlier === undefined ? [present] : [present, earlier];
}
