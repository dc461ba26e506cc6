import { RECORD_TABLES } from '../../src/storage/ports/records.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { eventRecord, incidentRecord, ruleRecord } from './alert-records.ts';
import { merge } from './staging.ts';

const [REPORT, QUEUED] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const T = Date.parse('2023-01-22T12:00:00Z');

/** All rows of all record tables, their values as text. */
export async function recordsOf(storage: Storage): Promise<Record<string, unknown[]>> {
  return storage.snapshot(async (snapshot) => {
    const found: Record<string, unknown[]> = {};
    for (const table of RECORD_TABLES) {
      const rows: unknown[] = [];
      for await (const block of snapshot.records(table)) {
        // The engines write a whole number of a double as 0 and 0.0.
        rows.push(...block.map((row) => ({ ...row, ...('progress' in row && { progress: Number(row.progress) }) })));
      }
      found[table] = rows;
    }
    return found;
  });
}

/** Something in every record table, with texts that are easily damaged on the way. */
export async function fillRecords(storage: Storage): Promise<void> {
  const strange = 'é🍕 "quoted", \\n\n\t\'null\' NULL';
  await merge(storage, { polls: [['a', T, true]] });
  const upTo = { folder: 'f', file: '2023-01-22.csv', bytes: 3_000_000_000 };
  await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1], step: { after: undefined, upTo } }]);
  await storage.accounts.changing(async (changes) => {
    const user = { login: 'anna', name: strange, role: 'owner', passwordHash: '$argon2id$v=19', createdAt: T } as const;
    await changes.addUser({ ...user, id: 'u', email: "o'hara@example.com" });
    await changes.assignStores('u', ['a', 'not there yet']);
    const session = { tokenHash: 's', userId: 'u', createdAt: T, lastSeenAt: T + 1, expiresAt: T + 2 };
    await changes.addSession({ ...session, method: 'passkey', provenAt: T }, 10);
    const key = { id: 'k', userId: 'u', name: '', prefix: 'rm_', scopes: ['polls:read' as const], tokenHash: 'h' };
    await changes.addKey({ ...key, createdAt: T, expiresAt: undefined });
    await changes.addServerSecret('cookies', 'secret');
    await changes.addAudit({
      ...{ id: 'e', at: T, actorId: undefined, actor: 'cli', keyId: undefined, action: 'user.created' },
      ...{ subjectKind: 'user', subjectId: 'u', detail: { strange } },
    });
    const { factors } = changes;
    await factors.setTotp('u', { secret: 'sealed', lastStep: 5 }, T);
    await factors.setRecoveryCodes('u', ['code']);
    const passkey = {
      id: 'p',
      userId: 'u',
      name: 'Phone',
      publicKey: 'AA',
      counter: 4_294_967_295,
      transports: ['usb'],
    };
    await factors.addPasskey({ ...passkey, createdAt: T });
    await factors.addIdentity('https://issuer.example', 'sub', 'u');
    await factors.setSetting('second_factor_roles', '["admin"]');
    await factors.spend('ticket', T + 1, T);
    const link = { tokenHash: 'l', userId: 'u', purpose: 'invitation', createdAt: T, expiresAt: T + 1 } as const;
    await changes.links.addLink(link);
  });
  await storage.contactPoints.changing((changes) =>
    changes.addContactPoint({
      ...{ id: 'c', userId: 'u', name: strange, channel: 'mail', settings: { to: strange }, secrets: 'sealed' },
      ...{
        zone: 'UTC',
        quietHours: { start: 0, end: 1, holdPages: true },
        digest: { time: 1, since: 2 },
        enabled: true,
        createdAt: T,
      },
    }),
  );
  await storage.deliveries.adding((changes) =>
    changes.addDelivery({
      ...{ id: 'd', key: 'i.opened.c', contactPointId: 'c', kind: 'test', notBefore: T, createdAt: T },
      facts: {
        ...{ kind: 'test', severity: 'notice', at: T, rule: strange, stores: [], more: 0 },
        ...{ canAcknowledge: false, page: '/' },
      },
    }),
  );
  await storage.reports.add({
    id: REPORT,
    asOf: T,
    requestedAt: T,
    stores: ['a'],
    requestedBy: 'u',
    estimator: 'markov',
  });
  await storage.reports.add({ id: QUEUED, asOf: T, requestedAt: T + 1 });
  await storage.reports.claim('me', T, '2026f');
  await storage.reports.complete(REPORT, 'me', 1, T + 5);
  await storage.imports.add({
    ...{ id: 'i', feed: 'polls', fileName: strange, strict: false, maxBadShare: 0.25, dryRun: false, bytes: 5e9 },
    ...{ effectiveFrom: undefined, server: 'one', requestedBy: 'u', requestedAt: T },
  });
  await storage.gaps.save(
    { id: 'g', server: 'one', from: T, until: undefined, reason: 'no network', unobserved: 3 },
    T,
  );
  await storage.adjustments.recording(async (changes) => {
    const by = { reason: strange, authorId: 'u', author: strange, at: T };
    const recurrence = { rrule: 'FREQ=WEEKLY;BYDAY=SU', start: '2023-01-22T02:00:00', duration: 'PT2H' };
    await changes.add({
      ...by,
      id: 'j1',
      kind: 'planned',
      stores: { labels: { [strange]: strange } },
      time: recurrence,
    });
    const interval = { from: T, to: T + 1 };
    await changes.add({ ...by, id: 'j2', kind: 'force_down', stores: { storeIds: [strange] }, time: interval });
    await changes.add({ ...by, id: 'j3', revokes: 'j1', from: undefined });
  });
  await storage.savedQuestions.changing((changes) =>
    changes.save({
      ...{ id: 'q', name: strange, question: { period: '2026-10', label: [strange] }, authorId: 'u', author: strange },
      ...{ version: 1, createdAt: T, changedAt: T + 1 },
    }),
  );
  await storage.subscriptions.changing((changes) =>
    changes.save({
      ...{ id: 's', questionId: 'q', userId: 'u', cron: '0 8 * * 1', zone: 'America/Chicago', contactPoints: ['c'] },
      ...{ formats: ['csv'], enabled: true, dueAt: T, version: 1, createdAt: T },
    }),
  );
  await storage.uptimeTargets.changing((changes) =>
    changes.save({
      ...{ id: 't', subject: { label: [strange, strange] }, period: 'quarter', uptime: 0.999, authorId: undefined },
      ...{ author: strange, version: 3, createdAt: T, changedAt: T + 1 },
    }),
  );
  await storage.salesRates.changing((changes) =>
    changes.save({
      ...{ groupLabels: [strange], version: 4, changedAt: T },
      constants: [{ label: [strange, strange], amount: '120.50', currency: 'USD' }],
    }),
  );
  await storage.syncs.begin({ id: 'run', server: 'one', cause: 'schedule', startedAt: T });
  await storage.syncs.add('run', {
    ...{ feed: 'polls', source: 'polls.csv', status: 'changed', error: undefined, attempts: 1, files: 1, bytes: 1 },
    ...{ read: 1, rejected: 0, setAside: 0, standing: undefined, added: 1, replaced: 0, alreadyThere: 0, repeated: 0 },
  });
  await storage.syncs.finish('run', T + 9);
  await storage.syncs.saveCheckpoint('polls', '/feeds/polls.csv', '{"bytes":1}');
  await storage.alerts.changing(async (changes) => {
    await changes.saveRules([ruleRecord('r', { name: strange, labels: { city: strange } })]);
    await changes.saveIncidents([incidentRecord('i', { told: ['c'], acknowledgement: strange })]);
    await changes.addEvents([eventRecord('e', { detail: { strange } })]);
    await changes.saveGroups([{ id: 'g', ruleId: 'r', sentAt: T, messages: 1 }]);
  });
}
