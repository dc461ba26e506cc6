import type { Logger } from 'pino';
import type { InactiveReason } from '../../domain/reasons.ts';
import type { ClockWatch } from '../../lib/world/clock-watch.ts';
import type { CoverageGaps } from '../../storage/ports/coverage-gaps.ts';
import type { DayFileCheckpoints } from '../../storage/ports/day-files.ts';
import type { Peers } from './peers.ts';
import type { PollHistory, PollSink } from './poll-writer.ts';
import type { ProbeClient } from './probe-client.ts';
import type { StoreUrl } from './target-schedule.ts';

export interface ProberDependencies {
  readonly client: Pick<ProbeClient, 'probe' | 'rule'>;
  /** All stores of the fleet; the same object as long as nothing has changed. */
  readonly stores: () => Promise<Iterable<StoreUrl>>;
  readonly history: PollHistory;
  readonly sink: PollSink;
  readonly checkpoints: DayFileCheckpoints;
  readonly gaps: CoverageGaps;
  /** `undefined`: no other server uses the database. */
  readonly peers: Peers | undefined;
  /** Whether a control address responds; `undefined`: none is configured. */
  readonly control: (() => Promise<boolean>) | undefined;
  readonly log: Logger;
  readonly clock: ClockWatch;
}

export interface ProberSettings {
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
  /** The most probes at once, in total and for each host. */
  readonly concurrency: number;
  readonly perHost: number;
  /** The folder of the day files. */
  readonly folder: string;
  /** This server's name. */
  readonly server: string;
}

export interface ProberStats {
  /** Stores that are assigned to this server. */
  readonly stores: number;
  readonly probes: number;
  /** Recorded polls, by status. */
  readonly active: number;
  readonly inactive: number;
  /** Inactive polls by reason. */
  readonly inactiveReasons: ReadonlyMap<InactiveReason, number>;
  /** Probes without a result: the store must not be probed, or there was a self-outage. */
  readonly unobserved: number;
  /** Slots that ended without a poll for another reason; they are recorded as coverage gaps. */
  readonly skipped: number;
  readonly running: number;
  readonly waiting: number;
  /** Polls that are not in the database yet. */
  readonly pending: number;
  readonly writeFailures: number;
  /** When the current self-outage began; `undefined`: there is none. */
  readonly selfOutageSince: number | undefined;
}
