import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { SCOPES, SCOPES_OF, type Scope } from '../../src/accounts/access.ts';
import type { AccessRule } from '../../src/http/types.ts';
import type { Role } from '../../src/storage/ports/account-catalog.ts';
import type { Ids } from './access-rows.ts';
import { addUserWithKey, TESTER } from './accounts.ts';
import { incidentRecord, ruleRecord } from './alert-records.ts';
import { as } from './fake-users.ts';
import { type TestServer, type TestSettings, testServer, trigger } from './server.ts';
import { merge } from './staging.ts';
import { temporaryFolder } from './temporary.ts';

const THIS = 'this';
const OTHER = 'other';
const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
/** A fixed time, so that two worlds do not differ by the time of their requests. */
const NOW = T + HOUR / 4;
/** A poll of the store that can be missing, and a bad row. */
const FEED = 'store_id,status,timestamp_utc\nthis,active,2023-01-20T10:00:00Z\nthis,sleepy,2023-01-20T10:00:00Z\n';

/** The callers and the role of their key; `undefined`: no valid key. */
export const CALLERS = {
  nobody: undefined,
  'an expired key': undefined,
  'a key without the scope': undefined,
  'the owner of another store': 'owner',
  'the owner of this store': 'owner',
  'an operator': 'operator',
  'an admin': 'admin',
} as const satisfies Readonly<Record<string, Role | undefined>>;
export type Caller = keyof typeof CALLERS;

export interface World {
  readonly server: TestServer;
  readonly ids: Ids;
  /** The key that a caller uses at a route with this access rule. */
  keyOf(caller: Caller, access: AccessRule): Promise<string | undefined>;
}

/** Whether the key of a caller has a scope. */
export function hasScope(caller: Caller, scope: Scope): boolean {
  const role = CALLERS[caller];
  return role !== undefined && SCOPES_OF[role].has(scope);
}

/**
 * A server with two stores and their owners, or the same without this store and its owner. Its clock stands still, or
 * goes on with `settings.elapsed`.
 */
export async function accessWorld(t: TestContext, withThis: boolean, settings: TestSettings = {}): Promise<World> {
  const clock = worldClock(NOW - HOUR, settings.elapsed);
  const server = await testServer(t, { ...settings, now: clock.read, elapsed: clock.read });
  const furnished = await furnish(server, withThis, () => clock.set(NOW));
  // New reports stay queued, since their progress would depend on timing.
  await server.reports.stop();
  return worldOf(server, furnished);
}

/** A world, and servers that begin as it did: with copies of its database and files, which are made much faster. */
export interface CopiedWorld extends World {
  copy(t: TestContext): Promise<World>;
}

export async function copiedWorld(t: TestContext, withThis: boolean): Promise<CopiedWorld> {
  const folder = temporaryFolder(t);
  const clock = worldClock(NOW - HOUR);
  const server = await testServer(t, { now: clock.read, elapsed: clock.read });
  const furnished = await furnish(server, withThis, () => clock.set(NOW));
  await server.reports.stop();
  await server.storage.saveTo?.(join(folder, 'database'));
  cpSync(server.resultsDir, join(folder, 'results'), { recursive: true });
  cpSync(server.uploadsDir, join(folder, 'uploads'), { recursive: true });
  return {
    ...worldOf(server, furnished),
    copy: async (each) => {
      const place = temporaryFolder(each);
      cpSync(folder, place, { recursive: true });
      const { read } = worldClock(NOW);
      const copied = await testServer(each, {
        ...{ now: read, elapsed: read, database: { engine: 'duckdb', path: join(place, 'database') } },
        ...{ resultsDir: join(place, 'results'), uploadsDir: join(place, 'uploads') },
      });
      await copied.app.ready();
      await copied.reports.stop();
      return worldOf(copied, furnished);
    },
  };
}

/** Both clocks of a server: if they did not move alike, it would not trust its clock. */
function worldClock(first: number, elapsed: () => number = () => 0) {
  let now = first;
  const started = elapsed();
  return {
    read: () => now + Math.round(elapsed() - started),
    set: (instant: number) => {
      now = instant;
    },
  };
}

/** What a world has besides its server. */
interface Furnished {
  readonly ids: Ids;
  /** The user whose keys lack scopes. */
  readonly admin: string;
  readonly keys: Readonly<Partial<Record<Caller, string>>>;
}

/** @param advance moves the clock on once the users are there */
async function furnish(server: TestServer, withThis: boolean, advance: () => void): Promise<Furnished> {
  const { accounts } = server;
  const ann = await addUserWithKey(accounts, { login: 'ann', role: 'admin' });
  const otto = await addUserWithKey(accounts, { login: 'otto', role: 'operator' });
  const stan = await addUserWithKey(accounts, { login: 'stan', role: 'owner', stores: [OTHER] });
  const olga = withThis ? await addUserWithKey(accounts, { login: 'olga', role: 'owner', stores: [THIS] }) : undefined;
  const expired = await addPart(server, ann.userId, SCOPES, NOW - 1);
  advance();

  const stores = withThis ? [THIS, OTHER] : [OTHER];
  await merge(server.storage, {
    // This store has the latest poll, so even that time could reveal it.
    polls: stores.flatMap((store) => [
      [store, T - HOUR, true] as const,
      [store, store === THIS ? T : T - HOUR / 2, false] as const,
    ]),
    hours: stores.map((store) => [store, 6, 9 * HOUR, 17 * HOUR] as const),
    zones: stores.map((store) => [store, 'America/New_York'] as const),
  });
  const adjustment = '00000000-0000-4000-8000-00000000000a';
  if (withThis) {
    await server.storage.adjustments.recording((changes) =>
      changes.add({
        ...{ id: adjustment, kind: 'planned', reason: 'x', authorId: otto.userId, author: 'otto', at: NOW },
        ...{ stores: { storeIds: [THIS] }, time: { from: T + 24 * HOUR, to: T + 25 * HOUR } },
      }),
    );
  }
  const [rule, incident] = ['00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000c'];
  const team = '00000000-0000-4000-8000-00000000000d';
  await server.storage.contactPoints.changing((changes) =>
    changes.addContactPoint({
      ...{ id: team, userId: undefined, name: 'Team', channel: 'mail', secrets: undefined, zone: 'UTC' },
      settings: { values: { to: 'team@example.com' }, target: 'team@example.com' },
      ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: T },
    }),
  );
  await server.storage.alerts.changing(async (changes) => {
    const steps = [{ after: 0, contactPoints: [team], owners: true }];
    await changes.saveRules([ruleRecord(rule, { steps })]);
    if (withThis) await changes.saveIncidents([incidentRecord(incident, { ruleId: rule, storeId: THIS })]);
  });
  const calendar = { pattern: '4-5-4', years: [{ year: 2022, first_day: '2022-01-30' }] };
  await server.storage.accounts.changing((changes) =>
    changes.factors.setSetting(
      'fiscal_calendar',
      JSON.stringify({ calendar, version: 1, author: 'otto', changedAt: NOW }),
    ),
  );
  const subscription = '00000000-0000-4000-8000-00000000000f';
  const question = '00000000-0000-4000-8000-00000000000e';
  const uptimeTarget = '00000000-0000-4000-8000-000000000010';
  if (withThis) {
    await server.storage.savedQuestions.changing((changes) =>
      changes.save({
        ...{ id: question, name: 'This store', question: { period: '2023-01', store_id: [THIS] } },
        ...{ authorId: otto.userId, author: 'otto', version: 1, createdAt: NOW, changedAt: NOW },
      }),
    );
    await server.storage.uptimeTargets.changing((changes) =>
      changes.save({
        ...{ id: uptimeTarget, subject: { storeId: THIS }, period: 'month', uptime: 0.99 },
        ...{ authorId: otto.userId, author: 'otto', version: 1, createdAt: NOW, changedAt: NOW },
      }),
    );
  }
  const none = '00000000-0000-4000-8000-000000000000';
  const strangersReport = await reported(server, stan.key);
  const ids: Ids = {
    store: THIS,
    strangersReport,
    report: olga === undefined ? none : await reported(server, olga.key),
    adjustment,
    rule,
    incident,
    question,
    subscription,
    uptimeTarget,
    import: olga === undefined ? none : await imported(server, otto.key),
    user: olga?.userId ?? none,
    key: olga?.keyId ?? none,
    ...(olga === undefined ? { contactPoint: none, delivery: none } : await notified(server, olga.userId)),
  };
  if (olga !== undefined) {
    await server.storage.subscriptions.changing((changes) =>
      changes.save({
        ...{ id: subscription, questionId: question, userId: olga.userId, cron: '0 8 * * 1', zone: 'UTC' },
        ...{ contactPoints: [ids.contactPoint], formats: [], enabled: true, dueAt: NOW, version: 1, createdAt: NOW },
      }),
    );
  }
  return {
    ids,
    admin: ann.userId,
    keys: {
      'an expired key': expired,
      'the owner of another store': stan.key,
      ...(olga && { 'the owner of this store': olga.key }),
      'an operator': otto.key,
      'an admin': ann.key,
    },
  };
}

async function addPart({ accounts }: TestServer, userId: string, scopes: readonly Scope[], expiresAt?: number) {
  return (await accounts.keys.add(TESTER, { userId, name: 'part', scopes, expiresAt })).key;
}

function worldOf(server: TestServer, { ids, admin, keys }: Furnished): World {
  // Many routes require the same scope, and a user may have only so many keys.
  const lacking = new Map<AccessRule, Promise<string>>();
  const without = (access: AccessRule) => {
    const scopes = SCOPES.filter((scope) => scope !== access);
    const key = lacking.get(access) ?? addPart(server, admin, scopes);
    lacking.set(access, key);
    return key;
  };
  return {
    server,
    ids,
    keyOf: async (caller, access) => (caller === 'a key without the scope' ? without(access) : keys[caller]),
  };
}

/** A contact point of a user and a failed delivery to it. */
async function notified({ storage }: TestServer, userId: string): Promise<Pick<Ids, 'contactPoint' | 'delivery'>> {
  const [contactPoint, delivery] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'];
  await storage.contactPoints.changing((changes) =>
    changes.addContactPoint({
      ...{ id: contactPoint, userId, name: 'Phone', channel: 'mail', secrets: undefined, zone: 'UTC' },
      settings: { values: { to: 'olga@example.com' }, target: 'olga@example.com' },
      ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: T },
    }),
  );
  await storage.deliveries.adding((changes) =>
    changes.addDelivery({
      ...{ id: delivery, key: 'k', contactPointId: contactPoint, kind: 'test', notBefore: T, createdAt: T },
      facts: {
        ...{ kind: 'test', severity: 'notice', at: T, stores: [], more: 0, canAcknowledge: false, page: '/' },
      },
    }),
  );
  const claimed = await storage.deliveries.claim('worker', T, HOUR);
  if (claimed === undefined) throw new Error('the delivery is not due');
  await storage.deliveries.settle(claimed, { status: 'failed', reason: 'no mail server' }, T, T);
  return { contactPoint, delivery };
}

async function reported(server: TestServer, key: string): Promise<string> {
  const id = await trigger(server, { as_of: new Date(T).toISOString() }, as(key));
  await server.finished(id, as(key));
  return id;
}

async function imported({ app, storage }: TestServer, key: string): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/imports?feed=polls',
    headers: { ...as(key), 'content-type': 'text/csv' },
    payload: FEED,
  });
  const { id } = answer.json<{ id: string }>();
  while ((await storage.imports.find(id))?.status !== 'complete') await new Promise((done) => setTimeout(done, 2));
  return id;
}
