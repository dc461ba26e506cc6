import type { Principal } from '../accounts/access.ts';
import type { ReadPlanned } from '../fleet/planned.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { FairQueue } from '../lib/fair-queue.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { BACKTEST_PERIOD, type Backtest, backtest, shortIncidents } from './backtest.ts';
import { type GivenRule, type RuleService, refuseOwner } from './rules.ts';
import { rangeAround } from './store-incidents.ts';

export interface BacktestServiceParts {
  readonly storage: Pick<Storage, 'snapshot'>;
  readonly schedules: () => Promise<FleetSchedule>;
  readonly rules: Pick<RuleService, 'check'>;
  readonly planned: ReadPlanned;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
}

/** Backtests that wait: each reads a week of polls. */
const QUEUE = { perRequester: 2, total: 20 };

/** Tells what a rule would have done, one backtest at a time. */
export class BacktestService {
  readonly #parts: BacktestServiceParts;
  readonly #queue = new FairQueue(QUEUE);

  constructor(parts: BacktestServiceParts) {
    this.#parts = parts;
  }

  /**
   * @param zone the time zone of the days
   * @returns also how many stores were back within the hour
   * @throws UserError `forbidden` for owners, `invalid_input` for a rule that could not be saved, as `FairQueue.run` does
   */
  async run(principal: Principal, given: GivenRule, zone: string): Promise<Backtest & { readonly short: number }> {
    refuseOwner(principal);
    await this.#parts.rules.check(given, 'test');
    const requester = principal.kind === 'open' ? undefined : principal.userId;
    const result = await this.#queue.run(requester, JSON.stringify([given, zone]), () => this.#run(given, zone));
    return { ...result, short: shortIncidents(result).length };
  }

  async #run(given: GivenRule, zone: string): Promise<Backtest> {
    const { storage, schedules, planned, pollInterval, now } = this.#parts;
    const to = now();
    const fleet = await schedules();
    const range = rangeAround(to);
    const plans = await planned(fleet, range.from - BACKTEST_PERIOD, range.to);
    return storage.snapshot(
      (snapshot) => backtest(given, { snapshot, fleet, planned: plans, pollInterval }, to, zone),
      'background',
    );
  }
}
