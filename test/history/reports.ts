import { type Chain, ChainStates } from './chains.ts';
import { rowsOf } from './expected.ts';
import { isAcknowledged, type PollWrite } from './polls.ts';
import type { Span, Violation } from './violations.ts';

/** A report that a server accepted; the span is that of the request. */
export interface RequestedReport extends Span {
  readonly id: string;
  readonly asOf: number;
  /** Whether the server chose `asOf`. */
  readonly isDefault: boolean;
}

/** A report that was read: when it was first seen complete, and its classic CSV. */
export interface ReadReport extends RequestedReport {
  readonly completeAt: number;
  readonly csv: string;
}

/**
 * Each report shows the data as it was at one moment between its request and its end: of each chain the first changes,
 * all that ended before the request, none that began after the end; and with a change every other that ended before that
 * one began.
 */
export function judgeReports(reports: readonly ReadReport[], chains: readonly Chain[]): Violation[] {
  const states = chains.map((chain) => new ChainStates(chain));
  return [...reports]
    .sort((a, b) => a.start - b.start)
    .flatMap((report): Violation[] => {
      const wrong = contradiction(report, states);
      return wrong === undefined ? [] : [{ invariant: 'reports show a state', what: `report ${report.id} ${wrong}` }];
    });
}

function contradiction(
  { csv, asOf, start, completeAt }: ReadReport,
  states: readonly ChainStates[],
): string | undefined {
  const rows = rowsOf(csv);
  const candidates: number[][] = [];
  for (const state of states) {
    const { changes, name } = state.chain;
    const from = changes.filter(({ end }) => end < start).length;
    const to = changes.filter((change) => change.start <= completeAt).length;
    const matching = state.matching(rows, asOf, from, to);
    if (matching.length === 0) {
      const seen = state.stores.map((id) => `${id}: ${rows.get(id)?.join(' ') ?? 'no row'}`).join('; ');
      return `shows no state that ${name} had, with ${from} to ${to} of its changes: ${seen}`;
    }
    candidates.push(matching);
  }
  return mixture(states, candidates);
}

/**
 * Raises the lowest candidates until each includes what ended before anything that the others include. As every condition
 * only demands more, this finds a common state if there is one.
 */
function mixture(states: readonly ChainStates[], candidates: readonly (readonly number[])[]): string | undefined {
  const chosen = candidates.map(([lowest]) => lowest as number);
  for (let changed = true; changed; ) {
    changed = false;
    const latestStart = Math.max(
      ...states.map(({ chain }, i) => chain.changes[(chosen[i] as number) - 1]?.start ?? Number.NEGATIVE_INFINITY),
    );
    for (const [i, { chain }] of states.entries()) {
      const needed = chain.changes.filter(({ end }) => end < latestStart).length;
      if (needed <= (chosen[i] as number)) continue;
      const next = candidates[i]?.find((n) => n >= needed);
      if (next === undefined)
        return `mixes states: it shows a change that began after ${needed} changes of ${chain.name}, and not all of these`;
      chosen[i] = next;
      changed = true;
    }
  }
  return undefined;
}

/**
 * The default `as_of` is the latest poll of a moment during the request: not earlier than any that was acknowledged before,
 * and that of a poll that was sent.
 *
 * @param exceptIn when clocks were wrong: a server ignores polls in its future
 */
export function judgeDefaults(
  reports: readonly RequestedReport[],
  writes: readonly PollWrite[],
  exceptIn: readonly Span[],
): Violation[] {
  const firstSent = new Map<number, number>();
  for (const { start, polls } of writes) {
    for (const [, instant] of polls) firstSent.set(instant, Math.min(start, firstSent.get(instant) ?? start));
  }
  const acknowledged = writes.filter(isAcknowledged).map(({ end, polls }) => ({
    end,
    latest: polls.reduce((latest, [, instant]) => Math.max(latest, instant), Number.NEGATIVE_INFINITY),
  }));
  const violations: Violation[] = [];
  const violate = (what: string) => violations.push({ invariant: 'reports describe the latest poll', what });
  for (const { id, asOf, isDefault, start, end } of reports) {
    if (!isDefault || exceptIn.some((span) => span.start <= end && span.end >= start)) continue;
    const sentAt = firstSent.get(asOf);
    if (sentAt === undefined || sentAt > end) violate(`report ${id} is as of ${iso(asOf)}, when no poll was sent`);
    const latest = acknowledged.reduce((max, write) => (write.end < start ? Math.max(max, write.latest) : max), 0);
    if (asOf < latest) violate(`report ${id} is as of ${iso(asOf)}, though a poll of ${iso(latest)} was acknowledged`);
  }
  return violations;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
