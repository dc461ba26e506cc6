import { pino } from 'pino';
import { HOUR } from '../../src/domain/hours.ts';
import type { Totals } from '../../src/domain/timeline.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import { FleetService } from '../../src/fleet/service.ts';
import { importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import { computeReport } from '../../src/reports/compute.ts';
import { renderFigures } from '../../src/reports/formats.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';
import type { ConformanceCase } from './conformance.ts';

/** States, figures, timelines and the report of the fleet of a conformance case, from an empty storage, which is closed. */
export async function fleetAnswers(storage: Storage, { files, asOf: text }: ConformanceCase) {
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
    const report = await storage.snapshot((snapshot) => computeReport(snapshot, asOf));
    return {
      report: [...renderFigures(report, 'exact')].join(''),
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
