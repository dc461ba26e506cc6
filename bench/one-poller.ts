// A process that polls STORES stores, each once in MINUTES minutes, and prints its measurements:
// node one-poller.ts DATABASE FOLDER PORT STORES MINUTES
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { PollHistory } from '../src/intake/prober/poll-writer.ts';
import { ProbeClient } from '../src/intake/prober/probe-client.ts';
import { STEP_INTERVAL } from '../src/intake/prober/probe-scheduler.ts';
import { Prober } from '../src/intake/prober/prober.ts';
import type { StoreUrl } from '../src/intake/prober/target-schedule.ts';
import { ClockWatch } from '../src/lib/world/clock-watch.ts';
import { elapsed } from '../src/lib/world/clocks.ts';
import { AddressGuard } from '../src/outbound/addresses.ts';
import { HttpClient } from '../src/outbound/http-client.ts';
import { GuardedResolver } from '../src/outbound/resolver.ts';
import { withStorage } from './fleets.ts';

/** Measurements of the second minute; in the first one it takes up the fleet. */
export interface OneProber {
  readonly probes: number;
  readonly polls: number;
  /** Bytes of resident memory. */
  readonly peak: number;
  /** Milliseconds of processor time. */
  readonly processor: number;
  /** Milliseconds from the start until this prober owned the stores. */
  readonly takenOver: number;
  /** The longest uninterrupted step of that minute, milliseconds. */
  readonly longestStep: number;
}

const MINUTE = 60_000;
/** The number of hosts that the stores share. */
const HOSTS = 1_000;

const [database = '', folder = '', port = '', stores = '', minutes = ''] = process.argv.slice(2);
const interval = Number(minutes) * MINUTE;
const log = pino({ level: 'silent' });
await withStorage(database, async (storage) => {
  const resolver = new GuardedResolver(
    new AddressGuard(['127.0.0.1/32']),
    async () => [{ address: '127.0.0.1', family: 4 }],
    elapsed,
  );
  const rule = {
    ...{ template: undefined, headers: {}, statuses: [[200, 299]] as const, timeout: 10_000, maxBytes: 65_536 },
    ...{
      maxRedirects: 3,
      reason: undefined,
      tlsFaults: 'inactive' as const,
      value: { pointer: ['status'], active: ['ONLINE'] },
    },
  };
  const targets = Array.from({ length: Number(stores) }, (_, i) => ({
    id: `store-${i}`,
    probeUrl: `http://host-${i % HOSTS}.test:${port}/${i}`,
  }));
  const prober = new Prober(
    {
      client: new ProbeClient(rule, new HttpClient(resolver)),
      stores: async () => targets,
      history: polledJustNow(targets),
      sink: { append: (batch) => storage.appendPolls([batch]) },
      gaps: storage.gaps,
      checkpoints: storage.dayFiles,
      ...{ peers: undefined, control: undefined, log, clock: new ClockWatch({ log }) },
    },
    { interval, concurrency: 256, perHost: 16, folder, server: 'bench' },
  );
  await prober.open();
  const started = performance.now();
  let takenOver = 0;
  let longestStep = 0;
  const timer = setInterval(() => {
    const before = performance.now();
    prober.step();
    longestStep = Math.max(longestStep, performance.now() - before);
    if (takenOver === 0 && prober.stats().stores > 0) takenOver = performance.now() - started;
  }, STEP_INTERVAL);
  await sleep(MINUTE);
  const [before, cpu] = [prober.stats(), process.cpuUsage()];
  longestStep = 0;
  await sleep(MINUTE);
  const after = prober.stats();
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(timer);
  await prober.stop();
  process.stdout.write(
    JSON.stringify({
      probes: after.probes - before.probes,
      polls: after.active + after.inactive - before.active - before.inactive,
      peak: process.resourceUsage().maxRSS * 1024,
      processor: (user + system) / 1_000,
      ...{ takenOver, longestStep },
    } satisfies OneProber),
  );
});

/** No store is overdue at the start: catching up is not measured here. */
function polledJustNow(targets: readonly StoreUrl[]): PollHistory {
  return {
    forEach: async (_from, visit) => {
      for (const { id } of targets) visit(id, Date.now(), true);
    },
  };
}
