import { POLL_REACH } from '../window.ts';
import { type AlertState, evaluate, type IncidentKind, NO_INCIDENT } from './incident.ts';
import type { AlertRule } from './rule.ts';
import type { StoreView } from './run.ts';

/** An incident that a rule would have opened. Milliseconds. */
export interface ReplayedIncident {
  readonly kind: IncidentKind;
  readonly openedAt: number;
  /** When the store was found up again; `undefined`: it was not. */
  readonly resolvedAt: number | undefined;
}

/**
 * Evaluates a rule for one store in `[from, to]`: at each of its polls, with the polls up to then, and whenever a guard
 * comes due. The result is the incidents, earliest first.
 *
 * @param store its open intervals and its polls, complete from eight days before `from`
 */
export function replay(rule: AlertRule, store: Omit<StoreView, 'at'>, from: number, to: number): ReplayedIncident[] {
  const { instant } = store.polls;
  const found: ReplayedIncident[] = [];
  let state: AlertState = NO_INCIDENT;
  let [first, last] = [store.first, store.first];
  for (const at of instantsOf(store, rule.openingGrace, from, to)) {
    while (last < store.last && (instant[last] as number) <= at) last++;
    while (first < last && (instant[first] as number) < at - POLL_REACH) first++;
    const step = evaluate(rule, { ...store, at, first, last }, state);
    state = step.state;
    if (step.transition?.kind === 'opened') {
      found.push({ kind: step.transition.incident.kind, openedAt: at, resolvedAt: undefined });
    } else if (step.transition?.kind === 'resolved') {
      found.push({ ...(found.pop() as ReplayedIncident), resolvedAt: at });
    }
  }
  return found;
}

function instantsOf(
  { open, unknown, planned, polls, first, last }: Omit<StoreView, 'at'>,
  openingGrace: number,
  from: number,
  to: number,
): number[] {
  const instants = [...polls.instant.subarray(first, last)];
  for (let i = 0; i < open.length; i += 2) instants.push((open[i] as number) + openingGrace);
  for (const guard of [unknown, planned]) {
    for (let i = 1; i < guard.length; i += 2) instants.push(guard[i] as number);
  }
  return instants.filter((at) => at >= from && at <= to).sort((a, b) => a - b);
}
