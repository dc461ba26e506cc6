import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type {
  AccountCatalog,
  AccountChanges,
  AuditRecord,
  NewUser,
} from '../../../src/storage/ports/account-catalog.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';

const T = Date.parse('2026-11-24T12:00:00Z');
const STRANGE = ["o'hara", 'say "hi"', ' two  words ', '🍕', 'é', '\\', '%', '[1]', 'null', '$user_id'];

const ANNA = {
  id: 'u1',
  login: 'anna',
  name: 'Anna',
  email: 'anna@example.com',
  role: 'admin',
  passwordHash: '$hash',
  createdAt: T,
} as const satisfies NewUser;
const OWEN: NewUser = {
  id: 'u2',
  login: 'owen',
  name: "O'wen 🍕",
  role: 'owner',
  passwordHash: null,
  createdAt: T + 1,
};

/**
 * Accounts: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function accountsContract(engine: string, open: () => Promise<Storage>): void {
  suite(`accounts contract: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<AccountCatalog> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage.accounts;
    };
    const withUsers = async (t: TestContext): Promise<AccountCatalog> => {
      const accounts = await opened(t);
      await accounts.changing(async (changes) => {
        await changes.addUser(ANNA);
        await changes.addUser(OWEN);
      });
      return accounts;
    };

    test('an empty database has no user, session, key or entry', async (t) => {
      const accounts = await opened(t);
      assert.equal(await accounts.anyUser(), false);
      assert.deepEqual(await accounts.users(undefined, 10), []);
      assert.deepEqual(await accounts.keys(undefined, undefined, 10), []);
      assert.deepEqual(await accounts.audit({}, undefined, 10), []);
      const none = [accounts.user('x'), accounts.userByLogin('x'), accounts.passwordHash('x'), accounts.session('x')];
      assert.deepEqual(
        await Promise.all([...none, accounts.key('x'), accounts.keyByToken('x')]),
        Array(6).fill(undefined),
      );
      assert.deepEqual(await accounts.storesOf('x'), []);
    });

    test('a user is found as it was added, changed and removed', async (t) => {
      const accounts = await withUsers(t);
      const owen = {
        id: 'u2',
        login: 'owen',
        name: "O'wen 🍕",
        email: undefined,
        role: 'owner',
        disabled: false,
        hasPassword: false,
        hasFactor: false,
        version: 1,
        createdAt: T + 1,
        storeCount: 0,
      };
      assert.equal(await accounts.anyUser(), true);
      assert.deepEqual(await accounts.user('u2'), owen);
      assert.deepEqual(await accounts.userByLogin('owen'), owen);
      assert.equal(await accounts.userByLogin('Owen'), undefined, 'the catalog compares exactly');
      assert.equal((await accounts.userByEmail('anna@example.com'))?.id, 'u1');
      assert.equal(await accounts.userByEmail(''), undefined, 'a user without an address is not found');
      assert.deepEqual(
        [await accounts.passwordHash('anna'), await accounts.passwordHash('owen')],
        ['$hash', undefined],
      );
      await accounts.changing(async (changes) => {
        await changes.changeUser({
          id: 'u2',
          login: 'o',
          name: 'O',
          email: 'o@x.org',
          role: 'operator',
          disabled: true,
        });
        await changes.setPasswordHash('u2', '$other');
      });
      const changed = { login: 'o', name: 'O', email: 'o@x.org', role: 'operator', disabled: true };
      assert.deepEqual(await accounts.user('u2'), { ...owen, ...changed, hasPassword: true, version: 3 });
      assert.equal((await accounts.user('u1'))?.version, 1, 'the other one is as it was');
      assert.equal(await accounts.passwordHash('o'), '$other');
    });

    test('users are listed by login in code unit order, a page at a time', async (t) => {
      const accounts = await withUsers(t);
      await accounts.changing(async (changes) => {
        for (const login of ['é', 'b', 'Z', 'b.b', 'b-b', '_'])
          await changes.addUser({ ...ANNA, id: login, login, email: undefined });
      });
      const logins = async (after: string | undefined, limit: number) =>
        (await accounts.users(after, limit)).map(({ login }) => login);
      assert.deepEqual(await logins(undefined, 10), ['Z', '_', 'anna', 'b', 'b-b', 'b.b', 'owen', 'é']);
      assert.deepEqual(await logins('b', 2), ['b-b', 'b.b']);
      assert.deepEqual(await logins('é', 2), []);
    });

    test('links are found by their hash until they expire, are used or their user is removed', async (t) => {
      const accounts = await withUsers(t);
      const link = { tokenHash: 'a', userId: 'u2', purpose: 'reset', createdAt: T, expiresAt: T + 10 } as const;
      await accounts.changing(async ({ links }) => {
        await links.addLink(link);
        await links.addLink({ ...link, tokenHash: 'b', expiresAt: T + 11 });
        await links.addLink({ ...link, tokenHash: 'c', purpose: 'invitation' });
        await links.addLink({ ...link, tokenHash: 'd', userId: 'u1' });
        assert.equal(await links.countLinks('u2', 'reset'), 2);
      });
      assert.deepEqual(await accounts.links.link('a'), link);
      assert.equal(await accounts.links.link('x'), undefined);
      const left = async () => {
        const found = await Promise.all(['a', 'b', 'c', 'd'].map((hash) => accounts.links.link(hash)));
        return found.flatMap((one) => (one === undefined ? [] : [one.tokenHash]));
      };
      await accounts.changing(({ links }) => links.removeExpiredLinks(T + 9));
      assert.deepEqual(await left(), ['a', 'b', 'c', 'd']);
      await accounts.changing(({ links }) => links.removeExpiredLinks(T + 10));
      assert.deepEqual(await left(), ['b']);
      await accounts.changing(({ links }) => links.addLink(link));
      await accounts.changing(({ links }) => links.removeLinksOf('u1'));
      assert.deepEqual(await left(), ['a', 'b']);
      await accounts.changing((changes) => changes.removeUser('u2'));
      assert.deepEqual(await left(), []);
    });

    test('only admins who are not disabled count', async (t) => {
      const accounts = await withUsers(t);
      const admins = () => accounts.changing((changes) => changes.countEnabledAdmins());
      assert.equal(await admins(), 1);
      await accounts.changing((changes) => changes.changeUser({ ...ANNA, disabled: true }));
      assert.equal(await admins(), 0);
    });

    test('admins who can sign in have a password, a passkey or an identity at the issuer', async (t) => {
      const accounts = await withUsers(t);
      const admin = { ...ANNA, id: 'u3', login: 'robot', email: undefined, passwordHash: null };
      const passkey = { id: 'p', userId: 'u3', name: 'p', publicKey: '', counter: 0, transports: [], createdAt: T };
      await accounts.changing(async (changes) => {
        const count = (issuer?: string) => changes.countAdminsWhoSignIn(issuer);
        await changes.addUser(admin);
        assert.equal(await count(), 1);
        await changes.factors.addIdentity('https://sso.example.com/', '1', 'u3');
        assert.deepEqual([await count(), await count('https://other.example.com')], [1, 1]);
        assert.equal(await count('https://sso.example.com'), 2);
        await changes.factors.addPasskey(passkey);
        assert.equal(await count(), 2);
        await changes.changeUser({ ...admin, disabled: true });
        assert.equal(await count('https://sso.example.com'), 1);
      });
    });

    test('assigned stores are replaced as a whole, with any ids', async (t) => {
      const accounts = await withUsers(t);
      await accounts.changing((changes) => changes.assignStores('u2', STRANGE));
      await accounts.changing((changes) => changes.assignStores('u1', ['other']));
      assert.deepEqual(await accounts.storesOf('u2'), [...STRANGE].sort());
      assert.equal((await accounts.user('u2'))?.storeCount, STRANGE.length);
      await accounts.changing((changes) => changes.assignStores('u2', ['b', 'a']));
      assert.deepEqual(await accounts.storesOf('u2'), ['a', 'b']);
      await accounts.changing((changes) => changes.assignStores('u2', []));
      assert.deepEqual([await accounts.storesOf('u2'), await accounts.storesOf('u1')], [[], ['other']]);
    });

    test('a session lasts until it is removed, expires, or is replaced by newer ones', async (t) => {
      const accounts = await withUsers(t);
      const session = (n: number, userId = 'u1') => ({
        tokenHash: `t${n}`,
        userId,
        createdAt: T + n,
        lastSeenAt: T + n,
        expiresAt: T + 100 + n,
        provenAt: T + n,
        method: n === 9 ? ('passkey' as const) : ('password' as const),
      });
      const alive = async () => {
        const found = await Promise.all([0, 1, 2, 3, 9].map((n) => accounts.session(`t${n}`)));
        return found.flatMap((one) => (one === undefined ? [] : [one.tokenHash]));
      };
      await accounts.changing(async (changes) => {
        await changes.addSession(session(9, 'u2'), 3);
        for (const n of [0, 1, 2, 3]) await changes.addSession(session(n), 3);
      });
      assert.deepEqual(await alive(), ['t1', 't2', 't3', 't9']);
      assert.deepEqual(await accounts.session('t1'), session(1));
      await accounts.touchSession('t1', T + 50, T + 150);
      await accounts.touchSession('t1', T + 40, T + 140);
      assert.deepEqual(await accounts.session('t1'), { ...session(1), lastSeenAt: T + 50, expiresAt: T + 150 });
      await accounts.changing((changes) => changes.renewSession('t1', 't5', T + 60));
      assert.equal(await accounts.session('t1'), undefined, 'the old token is worth nothing');
      const renewed = { ...session(1), tokenHash: 't5', lastSeenAt: T + 50, expiresAt: T + 150, provenAt: T + 60 };
      assert.deepEqual(await accounts.session('t5'), renewed);
      await accounts.changing((changes) => changes.renewSession('t5', 't1', T + 60));
      await accounts.changing((changes) => changes.removeExpiredSessions(T + 102));
      assert.deepEqual(await alive(), ['t1', 't3', 't9']);
      assert.equal(await accounts.changing((changes) => changes.removeSessionsOf('u1', 't3')), 1);
      assert.deepEqual(await alive(), ['t3', 't9']);
      await accounts.changing((changes) => changes.removeSession('t3'));
      assert.equal(await accounts.changing((changes) => changes.removeSessionsOf('u2')), 1);
      assert.deepEqual(await alive(), []);
    });

    test('a key is found by id and token, used, and revoked once', async (t) => {
      const accounts = await withUsers(t);
      const key = (n: number, userId: string, expiresAt?: number) => ({
        id: `k${n}`,
        userId,
        name: `key ${n}`,
        prefix: `rmk_${n}`,
        scopes: ['stores:read', 'polls:read'],
        createdAt: T + Math.floor(n / 2),
        expiresAt,
        tokenHash: `t${n}`,
      });
      await accounts.changing(async (changes) => {
        for (const n of [0, 1, 2]) await changes.addKey(key(n, 'u1', n === 0 ? T + 10 : undefined));
        await changes.addKey(key(3, 'u2'));
      });
      const { tokenHash, ...rest } = key(0, 'u1', T + 10);
      const stored = { ...rest, login: 'anna', lastUsedAt: undefined, revokedAt: undefined };
      assert.deepEqual(await accounts.key('k0'), stored);
      assert.deepEqual(await accounts.keyByToken(tokenHash), stored);
      const live = (now: number) => accounts.changing((changes) => changes.countLiveKeys('u1', now));
      assert.deepEqual([await live(T + 9), await live(T + 10)], [3, 2]);
      await accounts.touchKey('k1', T + 20);
      await accounts.touchKey('k1', T + 15);
      assert.equal((await accounts.key('k1'))?.lastUsedAt, T + 20);
      await accounts.changing((changes) => changes.revokeKey('k1', T + 30));
      await accounts.changing((changes) => changes.revokeKey('k1', T + 40));
      assert.equal((await accounts.key('k1'))?.revokedAt, T + 30);
      assert.equal(await live(T + 9), 2);
      assert.equal(await accounts.changing((changes) => changes.revokeKeysOf('u2', T + 50)), 1);
      assert.equal(await accounts.changing((changes) => changes.revokeKeysOf('u2', T + 60)), 0);
      assert.equal((await accounts.key('k3'))?.revokedAt, T + 50);
      const ids = async (...args: Parameters<AccountCatalog['keys']>) =>
        (await accounts.keys(...args)).map(({ id }) => id);
      assert.deepEqual(await ids(undefined, undefined, 10), ['k3', 'k2', 'k1', 'k0']);
      assert.deepEqual(await ids('u1', undefined, 2), ['k2', 'k1']);
      assert.deepEqual(await ids('u1', { at: T, id: 'k1' }, 2), ['k0']);
    });

    test('the revision rises with every change that was committed', async (t) => {
      const accounts = await opened(t);
      const before = await accounts.revision();
      await accounts.changing((changes) => changes.addUser(ANNA));
      await assert.rejects(accounts.changing(() => Promise.reject(new Error('no'))));
      assert.equal(await accounts.revision(), before + 1);
    });

    test('the first use of a key is recorded', async (t) => {
      const accounts = await withUsers(t);
      const key = { id: 'k', userId: 'u1', name: 'k', prefix: 'rmk_', scopes: [], createdAt: T, tokenHash: 't' };
      await accounts.changing((changes) => changes.addKey({ ...key, expiresAt: undefined }));
      await accounts.changing((changes) => changes.useKeyFirst('k', T + 5));
      assert.equal((await accounts.key('k'))?.lastUsedAt, T + 5);
    });

    test('a shared secret is read as it was created', async (t) => {
      const accounts = await opened(t);
      assert.equal(await accounts.serverSecret('cookies'), undefined);
      await accounts.changing((changes) => changes.addServerSecret('cookies', 'x'));
      assert.equal(await accounts.serverSecret('cookies'), 'x');
    });

    test('second factors are kept, used and removed with their user', async (t) => {
      const accounts = await withUsers(t);
      const { factors } = accounts;
      const passkey = { id: 'p1', userId: 'u2', name: "O'key 🍕", publicKey: 'AA', counter: 0, createdAt: T };
      assert.equal(await factors.hasFactor('u2'), false);
      assert.equal(await factors.totp('u2'), undefined);
      await accounts.changing(async (changes) => {
        await changes.factors.setTotp('u2', { secret: 'A', lastStep: 1 }, T);
        await changes.factors.setTotp('u2', { secret: 'B', lastStep: 2 }, T);
        await changes.factors.addPasskey({ ...passkey, transports: ['usb', 'nfc'] });
        await changes.factors.setRecoveryCodes('u2', ['h1', 'h2', 'h3']);
        await changes.factors.setRecoveryCodes('u1', ['h1']);
      });
      assert.deepEqual(await factors.totp('u2'), { secret: 'B', lastStep: 2 });
      assert.deepEqual([(await accounts.user('u2'))?.hasFactor, (await accounts.user('u1'))?.hasFactor], [true, false]);
      const use = (hash: string) => accounts.changing((changes) => changes.factors.useRecoveryCode('u2', hash));
      assert.deepEqual([await use('h1'), await use('h1'), await use('h9')], [true, false, false]);
      assert.deepEqual([await factors.countRecoveryCodes('u2'), await factors.countRecoveryCodes('u1')], [2, 1]);
      await accounts.changing(async (changes) => {
        await changes.factors.useTotp('u2', { secret: 'C', lastStep: 60_000_000 });
        await changes.factors.usePasskey('p1', 4_000_000_000, T + 1);
      });
      assert.deepEqual(await factors.totp('u2'), { secret: 'C', lastStep: 60_000_000 });
      const used = { ...passkey, transports: ['usb', 'nfc'], counter: 4_000_000_000, lastUsedAt: T + 1 };
      assert.deepEqual([await factors.passkey('p1'), await factors.passkeysOf('u2')], [used, [used]]);
      await accounts.changing((changes) => changes.factors.removeTotp('u2'));
      assert.equal(await factors.hasFactor('u2'), true, 'the passkey');
      await accounts.changing((changes) => changes.factors.removePasskey('p1'));
      assert.equal(await factors.hasFactor('u2'), false);
      await accounts.changing(async (changes) => {
        await changes.factors.setTotp('u2', { secret: 'A', lastStep: 1 }, T);
        await changes.factors.addPasskey({ ...passkey, transports: [] });
        await changes.factors.addIdentity('https://idp', 's1', 'u2');
      });
      assert.equal(await factors.userOfIdentity('https://idp', 's1'), 'u2');
      assert.equal(await factors.userOfIdentity('https://other', 's1'), undefined);
      await accounts.changing((changes) => changes.removeUser('u2'));
      const left = [factors.totp('u2'), factors.passkey('p1'), factors.userOfIdentity('https://idp', 's1')];
      assert.deepEqual(await Promise.all(left), Array(3).fill(undefined));
      assert.equal(await factors.countRecoveryCodes('u2'), 0);
    });

    test('a ticket can be used once, and a setting has its last value', async (t) => {
      const accounts = await opened(t);
      const spend = (hash: string, now: number) =>
        accounts.changing((changes) => changes.factors.spend(hash, T + 10, now));
      assert.deepEqual([await spend('a', T), await spend('a', T + 9), await spend('b', T + 9)], [true, false, true]);
      assert.equal(await spend('a', T + 10), true);
      assert.equal(await accounts.factors.setting('x'), undefined);
      await accounts.changing((changes) => changes.factors.setSetting('x', '1'));
      await accounts.changing((changes) => changes.factors.setSetting('x', '[2]'));
      assert.equal(await accounts.factors.setting('x'), '[2]');
    });

    test('a user is removed with all its data, except the audit log', async (t) => {
      const accounts = await withUsers(t);
      await accounts.changing(async (changes) => {
        await changes.assignStores('u2', ['a']);
        await changes.addSession(
          { tokenHash: 't', userId: 'u2', createdAt: T, lastSeenAt: T, expiresAt: T + 1, provenAt: T, method: 'oidc' },
          9,
        );
        const key = { id: 'k', userId: 'u2', name: 'k', prefix: 'rmk_', scopes: [], createdAt: T, tokenHash: 't' };
        await changes.addKey({ ...key, expiresAt: undefined });
        await changes.addAudit(entry(0, { actorId: 'u2' }));
        await changes.removeUser('u2');
      });
      const left = [accounts.user('u2'), accounts.session('t'), accounts.key('k'), accounts.keyByToken('t')];
      assert.deepEqual(await Promise.all(left), Array(4).fill(undefined));
      assert.deepEqual(await accounts.storesOf('u2'), []);
      assert.equal((await accounts.audit({ actorId: 'u2' }, undefined, 9)).length, 1);
      assert.ok(await accounts.user('u1'), 'the other user is there');
    });

    test('the audit log is listed newest first, filtered, a page at a time', async (t) => {
      const accounts = await opened(t);
      const entries = [
        entry(0, { at: T, detail: { name: "O'wen 🍕", list: [1, null] } }),
        entry(1, { at: T + 1, action: 'store.changed', subjectKind: 'store' }),
        entry(2, { at: T + 1, actorId: 'u1', keyId: 'k' }),
        entry(3, { at: T - 1, actorId: 'u1', subjectId: 'u9' }),
      ];
      await accounts.changing(async (changes) => {
        for (const one of entries) await changes.addAudit(one);
      });
      const ids = async (...args: Parameters<AccountCatalog['audit']>) =>
        (await accounts.audit(...args)).map(({ id }) => id);
      assert.deepEqual(await ids({}, undefined, 10), ['a2', 'a1', 'a0', 'a3']);
      assert.deepEqual(await ids({}, { at: T + 1, id: 'a2' }, 2), ['a1', 'a0']);
      assert.deepEqual(await ids({ actorId: 'u1' }, undefined, 10), ['a2', 'a3']);
      assert.deepEqual(await ids({ actorId: 'u1', subjectId: 'u9' }, undefined, 10), ['a3']);
      assert.deepEqual(await ids({ actions: ['store.changed', 'store.x'], subjectKind: 'store' }, undefined, 10), [
        'a1',
      ]);
      const [first] = await accounts.audit({ subjectId: 's0' }, undefined, 1);
      assert.deepEqual(first, entries[0]);
    });

    test('a failed transaction leaves nothing behind', async (t) => {
      const accounts = await withUsers(t);
      const failing = accounts.changing(async (changes) => {
        await changes.addUser({ ...ANNA, id: 'u3', login: 'third', email: undefined });
        await changes.removeUser('u1');
        await changes.addAudit(entry(0));
        assert.equal(await changes.user('u1'), undefined, 'it sees what it did');
        throw new Error('the disk is on fire');
      });
      await assert.rejects(failing, /on fire/);
      assert.deepEqual(
        (await accounts.users(undefined, 10)).map(({ id }) => id),
        ['u1', 'u2'],
      );
      assert.deepEqual(await accounts.audit({}, undefined, 10), []);
      await accounts.changing((changes) => changes.addUser({ ...ANNA, id: 'u3', login: 'third', email: undefined }));
      assert.ok(await accounts.user('u3'), 'and the next change is as any');
    });

    test('changes are serialized: what one has read stays true until it ends', async (t) => {
      const accounts = await withUsers(t);
      const addUnlessThere = (id: string) =>
        accounts.changing(async (changes: AccountChanges) => {
          if ((await changes.userByLogin('new')) !== undefined) return 'taken';
          await changes.addUser({ ...ANNA, id, login: 'new', email: undefined });
          return 'added';
        });
      const results = await Promise.all(Array.from({ length: 8 }, (_, i) => addUnlessThere(`n${i}`)));
      assert.deepEqual(results.sort(), ['added', ...Array(7).fill('taken')]);
    });

    test('a reader sees all of a concurrent change or nothing', async (t) => {
      const accounts = await withUsers(t);
      const changing = accounts.changing(async (changes) => {
        await changes.assignStores('u2', ['a']);
        await changes.assignStores('u2', ['a', 'b', 'c']);
      });
      const seen = await Promise.all(Array.from({ length: 5 }, () => accounts.storesOf('u2')));
      await changing;
      for (const stores of seen) assert.ok([0, 3].includes(stores.length), `${stores}`);
    });
  });
}

function entry(n: number, some: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id: `a${n}`,
    at: T,
    actorId: undefined,
    actor: 'tester',
    keyId: undefined,
    action: 'user.changed',
    subjectKind: 'user',
    subjectId: `s${n}`,
    detail: {},
    ...some,
  };
}
