import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { MISSED } from '../../src/intake/prober/missed-slots.ts';
import type { Peers } from '../../src/intake/prober/peers.ts';
import type { PollHistory, PollSink } from '../../src/intake/prober/poll-writer.ts';
import { Prober } from '../../src/intake/prober/prober.ts';
import type { ProberDependencies, ProberSettings } from '../../src/intake/prober/prober-dependencies.ts';
import type { StoreUrl } from '../../src/intake/prober/target-schedule.ts';
import { ClockWatch, type ClockWatchOptions } from '../../src/lib/world/clock-watch.ts';
import type { CoverageGap, CoverageGaps } from '../../src/storage/ports/coverage-gaps.ts';
import type { DayFileCheckpoints, DayFilePosition } from '../../src/storage/ports/day-files.ts';
import type { PollBatch } from '../../src/storage/ports/storage.ts';
import { temporaryFolder } from './temporary.ts';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const SECOND = 1_000;
/** A Monday. */
export const NOON = Date.UTC(2026, 10, 23, 12);

/** The stored polls, in memory. */
export class MemoryPolls implements PollSink, PollHistory, DayFileCheckpoints {
  readonly polls = new Map<string, Map<number, boolean>>();
  /** The reasons of the polls of a store, by their instants. */
  readonly reasons = new Map<string, Map<number, string>>();
  /** While this is set, `append` rejects with it. */
  failure: Error | undefined;
  readonly checkpoints = new Map<string, DayFilePosition>();

  async append({ ids, instants, active, reasons, step }: PollBatch): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (step !== undefined && isDeepStrictEqual(this.checkpoints.get(step.upTo.folder), step.after)) {
      this.checkpoints.set(step.upTo.folder, step.upTo);
    }
    ids.forEach((id, i) => {
      const polls = this.polls.get(id) ?? new Map<number, boolean>();
      this.polls.set(id, polls.set(instants[i] ?? 0, active[i] === 1));
      const reason = reasons?.get(i);
      if (reason === undefined) return;
      const ofStore = this.reasons.get(id) ?? new Map<number, string>();
      this.reasons.set(id, ofStore.set(instants[i] ?? 0, reason));
    });
  }

  async find(folder: string): Promise<DayFilePosition | undefined> {
    return this.checkpoints.get(folder);
  }

  async forEach(from: number, visit: (id: string, instant: number, active: boolean) => void): Promise<void> {
    for (const [id, polls] of this.polls) {
      const sorted = [...polls].sort(([a], [b]) => a - b);
      for (const [instant, active] of sorted) if (instant >= from) visit(id, instant, active);
    }
  }

  /** `[instant, active]` of a store, in the order of time. */
  of(id: string): [number, boolean][] {
    return [...(this.polls.get(id) ?? [])].sort(([a], [b]) => a - b);
  }

  get count(): number {
    return [...this.polls.values()].reduce((sum, { size }) => sum + size, 0);
  }

  get inactive(): string[] {
    return [...this.polls].filter(([, polls]) => [...polls.values()].includes(false)).map(([id]) => id);
  }
}

export class MemoryGaps implements CoverageGaps {
  readonly gaps = new Map<string, CoverageGap>();

  readonly #savedAt = new Map<string, number>();

  /** The gaps that are not about missed slots. */
  get selfOutages(): CoverageGap[] {
    const missed: readonly string[] = Object.values(MISSED);
    return [...this.gaps.values()].filter(({ reason }) => !missed.includes(reason));
  }

  async save(gap: CoverageGap, now: number): Promise<void> {
    this.gaps.set(gap.id, gap);
    this.#savedAt.set(gap.id, now);
  }

  async endAbandoned(before: number): Promise<void> {
    for (const gap of this.gaps.values()) {
      const savedAt = this.#savedAt.get(gap.id) ?? before;
      if (gap.until === undefined && savedAt < before) this.gaps.set(gap.id, { ...gap, until: savedAt });
    }
  }

  async list(): Promise<CoverageGap[]> {
    return [...this.gaps.values()];
  }
}

/** A clock that only a test moves. The probers of a test can share one. */
export class Clock {
  instant = NOON;
  /** How far the wall clock is wrong, milliseconds. */
  error = 0;
  readonly now = (): number => this.instant + this.error;
  readonly elapsed = (): number => this.instant;

  /** These clocks, watched for steps. */
  watch(log: ClockWatchOptions['log']): ClockWatch {
    return new ClockWatch({ clocks: this, log });
  }
}

export interface TestProberOptions {
  readonly clock?: Clock;
  readonly polls?: MemoryPolls;
  readonly gaps?: MemoryGaps;
  readonly folder?: string;
  readonly peers?: Peers;
  readonly settings?: Partial<ProberSettings>;
  readonly control?: ProberDependencies['control'];
  readonly log?: ProberDependencies['log'];
}

/** A prober whose clock a test moves. */
export class TestProber {
  readonly prober: Prober;
  readonly clock: Clock;
  readonly polls: MemoryPolls;
  readonly gaps: MemoryGaps;
  readonly folder: string;
  readonly watch: ClockWatch;

  constructor(
    t: TestContext,
    client: ProberDependencies['client'],
    targets: readonly StoreUrl[],
    { clock = new Clock(), polls = new MemoryPolls(), gaps = new MemoryGaps(), ...options }: TestProberOptions = {},
  ) {
    this.clock = clock;
    this.polls = polls;
    this.gaps = gaps;
    this.folder = options.folder ?? join(temporaryFolder(t), 'polls');
    const log = options.log ?? pino({ level: 'silent' });
    this.watch = clock.watch(log);
    this.prober = new Prober(
      {
        ...{ client, stores: async () => [...targets], history: polls, sink: polls, checkpoints: polls, gaps },
        ...{ peers: options.peers, control: options.control },
        clock: this.watch,
        log,
      },
      { interval: HOUR, concurrency: 256, perHost: 64, folder: this.folder, server: 'here', ...options.settings },
    );
    t.after(() => this.prober.stop());
  }

  /** Runs what is due now, and what follows from it immediately. */
  async settle(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      this.prober.step();
      await this.prober.settled();
    }
  }

  /** Advances the clock, in steps of a second by default. */
  async advance(milliseconds: number, step = SECOND): Promise<void> {
    await advanceTogether([this], milliseconds, step);
  }
}

/** Advances the clock that some probers share. */
export async function advanceTogether(
  probers: readonly TestProber[],
  milliseconds: number,
  step = SECOND,
): Promise<void> {
  const [first] = probers;
  if (first === undefined) return;
  const end = first.clock.instant + milliseconds;
  while (first.clock.instant < end) {
    first.clock.instant = Math.min(end, first.clock.instant + step);
    for (const tested of probers) await tested.settle();
  }
}
