import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneRelease, zoneWarning } from '../../src/calendar/tzdb.ts';
import { loadSyncConfig } from '../../src/config/sync.ts';
import { Freshness, type FreshnessParts } from '../../src/fleet/freshness.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';
import { Importer, NOW, POLLS } from '../support/importer.ts';
import { testServer } from '../support/server.ts';

const HOUR = 3_600_000;

/** Clocks that agree and are never set. */
const standing = (now: () => number) => ({ now, elapsed: now, warning: undefined });

async function freshness(t: Parameters<typeof Importer.open>[0], parts: Partial<FreshnessParts> = {}) {
  const importer = await Importer.open(t);
  const freshness = new Freshness({
    ...{ storage: importer.storage, syncs: { lastResults: async () => [] }, troubleSince: () => undefined },
    ...{
      zoneWarning: () => undefined,
      proberWarnings: () => [],
      alertWarnings: async () => [],
      live: true,
      interval: HOUR,
      clock: standing(() => NOW),
      directory: new StoreDirectory({ storage: importer.storage, elapsed: Date.now }),
    },
    ...parts,
  });
  return { importer, freshness };
}

test('a live system warns when its newest poll is older than two intervals', async (t) => {
  let now = NOW;
  const { importer, freshness: fresh } = await freshness(t, { clock: standing(() => now) });
  assert.deepEqual(await fresh.warnings(), ['there are no polls yet']);
  await importer.polls(`${POLLS}a,active,2023-01-25T17:30:00Z\n`);
  now += 60_000;
  assert.deepEqual(await fresh.warnings(), []);
  now = NOW + 1.5 * HOUR - 1;
  assert.deepEqual(await fresh.warnings(), []);
  now += 60_001;
  assert.deepEqual(await fresh.warnings(), ['the newest poll is 121 minutes old']);
});

test('an archive has no warning about old polls', async (t) => {
  const { importer, freshness: fresh } = await freshness(t, { live: false });
  await importer.polls(`${POLLS}a,active,2020-01-01T00:00:00Z\n`);
  assert.deepEqual(await fresh.warnings(), []);
});

test('warnings of the prober are never from a cache', async (t) => {
  const warnings: string[] = [];
  const { freshness: fresh } = await freshness(t, { live: false, proberWarnings: () => warnings });
  assert.deepEqual(await fresh.warnings(), []);
  warnings.push('polls have been waiting');
  assert.deepEqual(await fresh.warnings(), ['polls have been waiting']);
});

test('outdated time zone rules are a warning, also for an archive', async (t) => {
  const { freshness: fresh } = await freshness(t, { live: false, zoneWarning: () => 'the rules are old' });
  assert.deepEqual(await fresh.warnings(), ['the rules are old']);
  const { version, kind } = zoneRelease();
  const [year = ''] = version.split(/[a-z]/);
  assert.equal(zoneWarning(Date.UTC(Number(year), 11, 31)), undefined);
  assert.equal(
    zoneWarning(Date.UTC(Number(year) + 4, 0, 1)),
    `the time zone rules (${version}, ${kind}) are older than 14 months`,
  );
});

test('failing sources and self-outages are warnings, without a path or URL', async (t) => {
  const failed = { status: 'failed', source: '/secret/hours.csv', error: 'there is no file /secret/hours.csv' };
  const results = ['hours', 'polls'].map((feed) => ({ feed, ...failed }));
  const { importer, freshness: fresh } = await freshness(t, {
    syncs: { lastResults: async () => results as never },
    troubleSince: () => NOW,
  });
  await importer.polls(`${POLLS}a,active,2023-01-25T17:30:00Z\n`);
  assert.deepEqual(await fresh.warnings(), [
    'the poller is in trouble itself and observes nothing',
    'a source of business hours cannot be read',
    'a source of polls cannot be read',
  ]);
});

test('/readyz includes the warnings and stays ready', async (t) => {
  const now = () => NOW;
  const time_zones = { version: zoneRelease().version, source: zoneRelease().kind };
  const unused = (name: string) => ({ name, failing: false, last_failure: null });
  const archive = await testServer(t, { now });
  assert.deepEqual((await archive.app.inject('/readyz')).json(), {
    ...{ status: 'ready', time_zones, writers: ['append', 'report', 'import'].map(unused) },
  });
  const live = await testServer(t, { now, sync: loadSyncConfig({ SYNC_POLLS: '/secret/polls.csv' }) });
  const answer = await live.app.inject('/readyz');
  assert.deepEqual(
    [answer.statusCode, answer.json()],
    [
      200,
      {
        ...{ status: 'ready', time_zones, warnings: ['there are no polls yet'] },
        writers: ['append', 'report', 'import', 'sync'].map(unused),
      },
    ],
  );
});
