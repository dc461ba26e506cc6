import { DAY } from '../hours.ts';
import { contains, type Intervals } from '../interval.ts';
import { lastCounting } from '../state.ts';
import { probabilityDown } from './probability.ts';
import type { AlertRule, Condition } from './rule.ts';
import { beginning, countAfter, lastRun, lostTime, type Run, type StoreView } from './run.ts';

/** - `did_not_open`: the store was not up since it should have opened. - `down`: it went down while it was open. */
export type IncidentKind = 'down' | 'did_not_open';

/** An incident of one rule and one store. */
export interface Incident {
  readonly kind: IncidentKind;
  /** The first open instant at which it was down: half-way between two polls, as in the rule `nearest`. */
  readonly since: number;
  /** The first inactive poll, which identifies the incident among those of its rule and store. */
  readonly firstPoll: number;
  /** The last poll that was known when the incident opened. */
  readonly openedBy: number;
}

/** What is remembered of a rule and a store between two evaluations. */
export interface AlertState {
  /** The open incident; `undefined`: there is none. */
  readonly incident: Incident | undefined;
  /** Polls up to this instant open no incident anymore: another one ended with them. */
  readonly settledThrough: number;
}

export const NO_INCIDENT: AlertState = { incident: undefined, settledThrough: Number.NEGATIVE_INFINITY };

export type Transition =
  | { readonly kind: 'opened'; readonly incident: Incident }
  /** @property at when the store came up: half-way; milliseconds */
  | { readonly kind: 'resolved'; readonly incident: Incident; readonly at: number };

export interface Step {
  readonly state: AlertState;
  readonly transition: Transition | undefined;
}

/**
 * Evaluates a rule for one store at the instant `store.at`. The result depends on the polls that are known and on what
 * was said before, not on when polls arrived: a repeated evaluation changes nothing, and a late poll never repeats or
 * revokes an incident that has ended.
 *
 * While a store is closed, while its hours are unknown, during planned downtime and while its polls are stale, nothing
 * opens; an open incident stays as it is until active polls end it.
 */
export function evaluate(rule: AlertRule, store: StoreView, state: AlertState): Step {
  const { incident } = state;
  const unchanged: Step = { state, transition: undefined };
  // Most polls are active and nothing is open: how long that has been so, which may be thousands of polls, does not matter.
  if (incident === undefined && isUp(store)) return unchanged;
  const run = lastRun(store);
  if (run === undefined) return unchanged;
  if (incident !== undefined) {
    if (!run.active || countAfter(store, run, incident.openedBy) < rule.recovery) return unchanged;
    return {
      state: { incident: undefined, settledThrough: run.to },
      transition: { kind: 'resolved', incident, at: beginning(store, run) },
    };
  }
  if (run.active || isHeldBack(rule, store, run) || !isMet(rule.condition, store, run, state.settledThrough)) {
    return unchanged;
  }
  const opened: Incident = {
    kind: neverUpSinceOpening(store, run) ? 'did_not_open' : 'down',
    since: beginning(store, run),
    firstPoll: run.from,
    openedBy: run.to,
  };
  return { state: { ...state, incident: opened }, transition: { kind: 'opened', incident: opened } };
}

/** Whether the last counting poll found the store up. */
function isUp({ at, open, polls, first, last, staleAfter }: StoreView): boolean {
  return polls.active[lastCounting(open, polls, first, last, at, staleAfter)] === 1;
}

/** Whether now is not the time to open an incident. */
function isHeldBack({ openingGrace, nearClose }: AlertRule, store: StoreView, run: Run): boolean {
  const { at, open, unknown, planned } = store;
  const [opensAt, closesAt] = stretchAround(open, at);
  if (closesAt - at < nearClose) return true;
  if (contains(unknown, at) || contains(planned, at)) return true;
  return run.from >= opensAt && at - opensAt < openingGrace;
}

function isMet(condition: Condition, store: StoreView, run: Run, settledThrough: number): boolean {
  const fresh = countAfter(store, run, settledThrough);
  if (fresh === 0) return false;
  switch (condition.kind) {
    case 'inactive_polls':
      return (
        fresh >= (run.reasonAt > settledThrough ? Math.min(condition.withReason, condition.polls) : condition.polls)
      );
    case 'lost_time':
      return lostTime(store, Math.max(store.at - condition.within, settledThrough), store.at) >= condition.lost;
    case 'probability':
      return probabilityDown(store) >= condition.down;
  }
}

/** Whether no poll found the store up since it opened. One that has not closed for a day does not open. */
function neverUpSinceOpening({ at, open }: StoreView, { from, before }: Run): boolean {
  const [opensAt] = stretchAround(open, at);
  return at - opensAt <= DAY && from >= opensAt && !(before >= opensAt);
}

/** The stretch that contains an instant; both bounds are NaN and −∞ if none does, so that it closes before any time. */
function stretchAround(stretches: Intervals, at: number): readonly [from: number, to: number] {
  for (let i = 0; i < stretches.length; i += 2) {
    const [from, to] = [stretches[i] as number, stretches[i + 1] as number];
    if (at >= from && at < to) return [from, to];
  }
  return [Number.NaN, Number.NEGATIVE_INFINITY];
}
