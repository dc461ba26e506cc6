import type { Logger } from 'pino';
import type { InactiveReason } from '../../domain/reasons.ts';
import type { CoverageGaps } from '../../storage/ports/coverage-gaps.ts';
import type { Peers } from './peers.ts';
import type { PollHistory, PollSink } from './poll-writer.ts';
import type { Prober } from './probe.ts';
import type { ProbeTarget } from './roster.ts';

export interface PollerParts {
  readonly prober: Pick<Prober, 'probe' | 'rule'>;
  /** All stores of the fleet; the very same object as long as nothing has changed. */
  readonly targets: () => Promise<Iterable<ProbeTarget>>;
  readonly history: PollHistory;
  readonly sink: PollSink;
  readonly gaps: CoverageGaps;
  /** This server among others; `undefined`: the database is this process's alone. */
  readonly peers: Peers | undefined;
  readonly control: (() => Promise<boolean>) | undefined;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
}

export interface PollerSettings {
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
  /** Probes at once, for all hosts together and for each. */
  readonly concurrency: number;
  readonly perHost: number;
  /** Where the CSV of each day goes. */
  readonly folder: string;
  /** This server's name. */
  readonly server: string;
}

export interface PollerStats {
  /** Stores that are this server's. */
  readonly stores: number;
  readonly probes: number;
  /** Polls recorded, by what they say. */
  readonly active: number;
  readonly inactive: number;
  /** The inactive ones by their reasons. */
  readonly inactiveReasons: ReadonlyMap<InactiveReason, number>;
  /** Probes that taught nothing about the store: it may not be probed, or the monitor was in trouble. */
  readonly unobserved: number;
  /** Slots that ended before the store's turn came. */
  readonly skipped: number;
  readonly running: number;
  readonly waiting: number;
  /** Polls that the database does not have yet. */
  readonly pending: number;
  readonly writeFailures: number;
  /** When the present trouble of the monitor began. */
  readonly troubleSince: number | undefined;
}
