import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Health, WriterName } from '../health/health.ts';
import { WriteChecks, writeSmallFile } from '../health/write-checks.ts';
import type { PollAppender } from '../intake/api/appender.ts';
import { pollsSince } from '../intake/api/recent.ts';
import { controlCheck } from '../intake/prober/control.ts';
import { StoredPolls } from '../intake/prober/history.ts';
import { Peers } from '../intake/prober/peers.ts';
import { ProbeClient } from '../intake/prober/probe-client.ts';
import { CONFIRM_AFTER } from '../intake/prober/probe-scheduler.ts';
import { Prober } from '../intake/prober/prober.ts';
import type { ProberDependencies } from '../intake/prober/prober-dependencies.ts';
import { withOffset } from '../intake/sync/schedule.ts';
import { type SyncDependencies, SyncService } from '../intake/sync/service.ts';
import type { ClockWatch } from '../lib/world/clock-watch.ts';
import { CLOCKS } from '../lib/world/clocks.ts';
import { newId } from '../lib/world/random.ts';
import { sleep } from '../lib/world/timers.ts';
import { AddressGuard } from '../outbound/addresses.ts';
import { HttpClient } from '../outbound/http-client.ts';
import { GuardedResolver, resolveBySystem } from '../outbound/resolver.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreDirectory } from '../stores/directory.ts';

type SyncSurroundings = Pick<
  SyncDependencies,
  'storage' | 'reader' | 'log' | 'now' | 'onChanged' | 'onPolls' | 'onEnd' | 'trusted'
> & {
  readonly wait?: SyncDependencies['wait'] | undefined;
  readonly server?: string;
};

/** The sources that the configuration names, and when they are read. */
export function createSyncs(
  config: Config,
  { wait = sleep, server = SERVER, ...parts }: SyncSurroundings,
): SyncService {
  const { sources, schedule, spread, timeout, maxBytes, allowPrivate } = config.sync;
  const { database } = config;
  const installation = database.engine === 'postgres' ? database.url : `${hostname()} ${resolve(database.path ?? '')}`;
  return new SyncService({
    ...{ ...parts, sources, wait, server, downloads: { timeout, maxBytes, allowPrivate } },
    budgets: config.budgets,
    maxBadShare: config.maxBadShare,
    ...{ schedule: withOffset(schedule, installation, spread), rejectsDir: join('var', 'rejects') },
  });
}

/** This server among those on the same database. */
export const SERVER = `${hostname()} ${process.pid} ${newId().slice(0, 8)}`;

/** Starts to watch the wall clock, after comparing it with that of the database if that is another one. */
export async function startClock(clock: ClockWatch, storage: Pick<Storage, 'clock'>): Promise<void> {
  clock.start();
  if (storage.clock === undefined) return;
  clock.compare(await storage.clock().catch(() => undefined));
}

/** Where the polls of the prober go. */
export type Sink = Pick<PollAppender, 'append'>;

interface ProberSurroundings {
  readonly storage: Storage;
  readonly sink: Sink;
  readonly directory: StoreDirectory;
  readonly log: Logger;
  readonly clock: ClockWatch;
  readonly server?: string;
  readonly client?: ProberDependencies['client'] | undefined;
}

/** HTTP to the addresses that a guard allows. */
export function httpClientFor(guard: AddressGuard): HttpClient {
  return new HttpClient(new GuardedResolver(guard, resolveBySystem, CLOCKS.elapsed));
}

/** A prober of the stores that have a URL to probe. */
export function createProber(config: Config, surroundings: ProberSurroundings): Prober {
  const { storage, sink, directory, log, clock, server = SERVER } = surroundings;
  const { rule, allowPrivate, control } = config.poll;
  const { client = new ProbeClient(rule, httpClientFor(new AddressGuard(allowPrivate))) } = surroundings;
  // The longest time from a probe to its poll: the probe, its confirmation and its judgment.
  const handover = CONFIRM_AFTER + 4 * rule.timeout;
  return new Prober(
    {
      client,
      stores: async () => (await directory.current()).entries,
      history: new StoredPolls(storage),
      sink: { append: (batch) => sink.append(pollsSince(batch, clock.now() - config.budgets.earliestPoll)) },
      gaps: storage.gaps,
      checkpoints: storage.dayFiles,
      peers: storage.peers && new Peers(storage.peers, server, handover),
      control: controlCheck(control, httpClientFor(new AddressGuard(EVERYWHERE)), rule.timeout),
      ...{ log, clock },
    },
    { ...config.poll, server },
  );
}

/** Small writes to everything that this server writes to. */
export function createWriteChecks(
  config: Config,
  { storage, health, log, now }: Pick<ProberSurroundings, 'storage' | 'log'> & { health: Health; now: () => number },
): WriteChecks {
  const writes = new Map<WriterName, () => Promise<void>>([
    ['database', () => storage.checkWrite(now())],
    ['results_folder', () => writeSmallFile(config.resultsDir)],
    ['uploads_folder', () => writeSmallFile(config.uploadsDir)],
  ]);
  if (config.poll.on) writes.set('polls_folder', () => writeSmallFile(config.poll.folder));
  return new WriteChecks({ health, writes, log });
}

/** An address that comes from the configuration may be any. */
export const EVERYWHERE = ['0.0.0.0/0', '::/0'];
