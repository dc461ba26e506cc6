import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { StoredPolls } from '../../../src/intake/prober/history.ts';
import { Prober } from '../../../src/intake/prober/prober.ts';
import { computeReport } from '../../../src/reports/compute.ts';
import { renderFigures } from '../../../src/reports/formats.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { StoreDirectory } from '../../../src/stores/directory.ts';
import { FakeStores } from '../../support/fake-stores.ts';
import { HOURS, Importer, ZONES } from '../../support/importer.ts';
import { synced, syncService } from '../../support/sync.ts';
import { Clock, HOUR, MINUTE } from '../../support/test-prober.ts';

const STORES = 40;
const SILENT = pino({ level: 'silent' });

test('an installation that reads the day files of another has equal reports', async (t) => {
  const [fakeStores, here, there, clock] = [
    await FakeStores.open(t),
    await Importer.open(t),
    await Importer.open(t),
    new Clock(),
  ];
  for (const i of [3, 17]) fakeStores.behavior.set(`store-${i}.test`, 'offline');
  fakeStores.behavior.set('store-20.test', 'wrongBody');
  const ids = Array.from({ length: STORES }, (_, i) => `store, "${i}"`);
  await describe(here, ids, fakeStores);
  const directory = new StoreDirectory({ storage: here.storage, elapsed: clock.elapsed });
  const prober = new Prober(
    {
      client: fakeStores.client(t),
      stores: async () => (await directory.current()).entries,
      history: new StoredPolls(here.storage),
      sink: { append: (batch) => here.storage.appendPolls([batch]) },
      gaps: here.storage.gaps,
      checkpoints: here.storage.dayFiles,
      ...{ peers: undefined, control: undefined, log: SILENT, clock: clock.watch(SILENT) },
    },
    { interval: HOUR, concurrency: 64, perHost: 16, folder: join(here.folder, 'polls'), server: 'here' },
  );
  await prober.open();
  await describe(there, ids, fakeStores);
  const follower = syncService(there.storage, there.folder, [{ feed: 'polls', name: join(here.folder, 'polls') }], {
    now: clock.now,
  });
  // Across midnight, while the other one syncs.
  for (let minute = 0; minute < 14 * 60; minute++) {
    clock.instant += MINUTE;
    prober.step();
    await prober.settled();
    prober.step();
    await prober.settled();
    if (minute % 200 === 199) assert.equal((await synced(follower))[0]?.status, 'changed');
  }
  await prober.stop();
  await synced(follower);
  const [polled, followed] = [await here.contents(), await there.contents()];
  assert.equal(polled.polls.length >= 13 * STORES, true, `${polled.polls.length} polls`);
  const down = new Set(polled.polls.filter((poll) => / false\b/.test(poll)).map((poll) => poll.slice(0, 11)));
  assert.deepEqual([...down], ['store, "17"', 'store, "20"', 'store, "3" ']);
  assert.deepEqual(followed.polls, polled.polls);
  const [one, other] = [await report(here.storage, clock), await report(there.storage, clock)];
  assert.equal(one, other);

  assert.equal(one.split('\n').length, STORES + 2);
});

/** Gives both the same stores, hours and zones. */
async function describe(importer: Importer, ids: readonly string[], fakeStores: FakeStores): Promise<void> {
  const quoted = ids.map((id) => `"${id.replaceAll('"', '""')}"`);
  await importer.hours(
    HOURS + quoted.map((id, i) => `${id},${i % 7},08:00,23:30\n${id},${(i + 1) % 7},00:00,00:00\n`).join(''),
  );
  await importer.zones(ZONES + quoted.map((id, i) => `${id},${i % 2 ? 'Asia/Kolkata' : 'Europe/Berlin'}\n`).join(''));
  await importer.storage.changing(async (writer) => {
    for (const [i, id] of ids.entries()) {
      const record = await writer.findStore(id);
      if (record === undefined) throw new Error(`there is no ${id}`);
      await writer.describeStore(record.key, { name: null, labels: {}, probeUrl: fakeStores.url(i) });
    }
  });
}

async function report(storage: Storage, clock: Clock): Promise<string> {
  const computed = await storage.snapshot((snapshot) => computeReport(snapshot, clock.instant));
  return [...renderFigures(computed, 'exact')].join('');
}
