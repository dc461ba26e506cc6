import { type ReplayedIncident, replay } from '../../src/domain/alerts/replay.ts';
import { type AlertRule, DEFAULT_RULE } from '../../src/domain/alerts/rule.ts';
import type { StoreView } from '../../src/domain/alerts/run.ts';
import { ALWAYS } from '../../src/domain/interval.ts';

type View = Omit<StoreView, 'at'>;

/** A way to decide when to send a message about a store. */
export interface Contestant {
  readonly name: string;
  readonly incidents: (store: View, from: number, to: number) => ReplayedIncident[];
}

const PROBABILITY_RULE: AlertRule = { ...DEFAULT_RULE, condition: { kind: 'probability', down: 0.9 } };
const NO_REASONS: ReadonlySet<number> = new Set();

/** A number of inactive polls in a row, whatever the business hours and the reasons are. */
function naive(polls: number): Contestant['incidents'] {
  const rule: AlertRule = {
    ...{ condition: { kind: 'inactive_polls', polls, withReason: polls }, recovery: 1, openingGrace: 0, nearClose: 0 },
  };
  return (store, from, to) => replay(rule, { ...store, open: ALWAYS, reasons: NO_REASONS }, from, to);
}

/** The reasons of a view are those of a platform that always says why. */
export const CONTESTANTS: readonly Contestant[] = [
  {
    name: 'default rule',
    incidents: (store, from, to) => replay(DEFAULT_RULE, { ...store, reasons: NO_REASONS }, from, to),
  },
  { name: 'default rule, with reasons', incidents: (store, from, to) => replay(DEFAULT_RULE, store, from, to) },
  {
    name: 'probability of 90 %',
    incidents: (store, from, to) => replay(PROBABILITY_RULE, { ...store, reasons: NO_REASONS }, from, to),
  },
  { name: 'first inactive poll', incidents: naive(1) },
  { name: 'two in a row', incidents: naive(2) },
];
