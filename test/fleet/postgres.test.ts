import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import type { DatabaseLocation } from '../../src/config/config.ts';
import { HOUR } from '../../src/domain/hours.ts';
import type { Totals } from '../../src/domain/timeline.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import { FleetService } from '../../src/fleet/service.ts';
import { importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';
import { type ConformanceCase, conformanceCases } from '../support/conformance.ts';
import { TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await TestPostgres.start();
});
after(() => postgres.stop());

/** States, figures and timelines of a fleet, from one engine. */
async function told(database: DatabaseLocation, { files, asOf: text }: ConformanceCase) {
  const storage = await openStorage(database);
  try {
    const sources = await inspectFeeds({ polls: [files.polls], hours: [files.hours], zones: [files.zones] });
    await importSources(storage, sources, { now: Date.now(), strict: true, onReject: async () => {} });
    const directory = new StoreDirectory({ storage, elapsed: Date.now });
    const log = pino({ level: 'silent' });
    const fleet = new FleetService({
      storage,
      directory,
      log,
      now: Date.now,
      elapsed: Date.now,
      pollInterval: HOUR,
      planned: async () => () => [],
      waitingPerRequester: 1,
    });
    const asOf = Date.parse(text);
    const asked = { asOf, requester: 'ann' };
    const [figures, view] = [await fleet.figures('all', asked), await fleet.view('all', asked)];
    const lines: string[] = [];
    for (const { id } of view.entries) {
      const totals: Totals[] = [];
      for (const span of WINDOWS) {
        totals.push((await fleet.timeline('all', id, { from: asOf - span, to: asOf, asOf }, 'ann')).totals);
      }
      const figure = (name: 'up' | 'down' | 'open') => totals.map((one) => one[name]);
      lines.push([id, ...figure('up'), ...figure('down'), ...figure('open')].join());
    }
    return {
      lines,
      figures: {
        ...figures,
        worst: figures.worst.map(({ store, ...rest }) => [store.id, rest]),
        attention: figures.attention.stores.map(({ store, concern }) => [store.id, concern]),
        outages: view.entries.map(({ id, key }) => [id, figures.outages.get(key)]),
      },
      states: view.entries.map((entry) => [entry.id, view.live.of(entry)]),
      latest: await fleet.latestPoll('all'),
    };
  } finally {
    await storage.close();
  }
}

for (const example of conformanceCases()) {
  test(`both engines give the same results for the fleet of conformance case ${example.name}, to the millisecond`, async () => {
    const embedded = await told(IN_MEMORY, example);
    assert.deepEqual(embedded.lines, example.expected.trim().split('\n').slice(1));
    assert.deepEqual(await told({ engine: 'postgres', url: await postgres.createDatabase() }, example), embedded);
  });
}
