// A process that polls so many stores in each minute and tells how that went: node one-poller.ts DATABASE FOLDER PORT STORES
import { pino } from 'pino';
import { AddressGuard } from '../src/poller/addresses.ts';
import { Exchanger } from '../src/poller/exchange.ts';
import { StoredPolls } from '../src/poller/history.ts';
import { Poller } from '../src/poller/poller.ts';
import { Prober } from '../src/poller/probe.ts';
import { GuardedResolver } from '../src/poller/resolver.ts';
import { withStorage } from './fleets.ts';

/** What it did in the minute after the first, in which the fleet is taken up. */
export interface OnePoller {
  readonly probes: number;
  readonly polls: number;
  /** Bytes of resident memory. */
  readonly peak: number;
  /** Milliseconds of processor time. */
  readonly processor: number;
}

const MINUTE = 60_000;
/** Stores share this many hosts. */
const HOSTS = 1_000;

const [database = '', folder = '', port = '', stores = ''] = process.argv.slice(2);
await withStorage(database, async (storage) => {
  const resolver = new GuardedResolver(
    new AddressGuard(['127.0.0.1/32']),
    async () => [{ address: '127.0.0.1', family: 4 }],
    Date.now,
  );
  const rule = {
    ...{ template: undefined, headers: {}, statuses: [[200, 299]] as const, timeout: 10_000, maxBytes: 65_536 },
    ...{ maxRedirects: 3, value: { pointer: ['status'], active: ['ONLINE'] } },
  };
  const targets = Array.from({ length: Number(stores) }, (_, i) => ({
    id: `store-${i}`,
    probeUrl: `http://host-${i % HOSTS}.test:${port}/${i}`,
  }));
  const poller = new Poller(
    {
      prober: new Prober(rule, new Exchanger(resolver, 16)),
      targets: async () => targets,
      history: new StoredPolls(storage),
      sink: { append: (batch) => storage.appendPolls([batch]) },
      gaps: storage.gaps,
      ...{ membership: undefined, control: undefined, log: pino({ level: 'silent' }), now: Date.now },
    },
    { interval: MINUTE, concurrency: 256, perHost: 16, folder, server: 'bench' },
  );
  await poller.start();
  await new Promise((resolve) => setTimeout(resolve, MINUTE));
  const [before, cpu] = [poller.stats(), process.cpuUsage()];
  await new Promise((resolve) => setTimeout(resolve, MINUTE));
  const after = poller.stats();
  const { user, system } = process.cpuUsage(cpu);
  await poller.stop();
  process.stdout.write(
    JSON.stringify({
      probes: after.probes - before.probes,
      polls: after.active + after.inactive - before.active - before.inactive,
      peak: process.resourceUsage().maxRSS * 1024,
      processor: (user + system) / 1_000,
    } satisfies OnePoller),
  );
});
