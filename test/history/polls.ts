import type { Span, Violation } from './violations.ts';

export type Poll = readonly [store: string, instant: number, active: boolean];

/** A request, or a file, that brings polls; it ends when it is acknowledged. */
export interface PollWrite extends Span {
  readonly polls: readonly Poll[];
}

interface Write extends Span {
  readonly active: boolean;
}

/**
 * Acknowledged polls are there once, with the state that was sent last; others may be there or not. Of writes at the same
 * time, each may be the last.
 *
 * @param stored everything that the database holds in the end
 */
export function judgePolls(writes: readonly PollWrite[], stored: Iterable<Poll>): Violation[] {
  const violations: Violation[] = [];
  const sent = new Map<string, Write[]>();
  for (const { polls, start, end } of writes) {
    for (const [store, instant, active] of polls) {
      const key = `${store} ${instant}`;
      const others = sent.get(key);
      if (others === undefined) sent.set(key, [{ active, start, end }]);
      else others.push({ active, start, end });
    }
  }
  const found = new Set<string>();
  for (const [store, instant, active] of stored) {
    const key = `${store} ${instant}`;
    if (found.has(key)) violations.push({ invariant: 'polls are once', what: `the poll ${key} is there twice` });
    found.add(key);
    const all = sent.get(key);
    if (all === undefined) {
      violations.push({ invariant: 'polls were sent', what: `the poll ${key} is there, and nobody sent it` });
      continue;
    }
    const expected = lastStates(all);
    if (!expected.has(active)) {
      violations.push({ invariant: 'polls are kept', what: `the poll ${key} is ${active}, expected ${[...expected]}` });
    }
  }
  for (const [key, all] of sent) {
    if (!found.has(key) && all.some(isAcknowledged))
      violations.push({ invariant: 'polls are kept', what: `the acknowledged poll ${key} is lost` });
  }
  return violations;
}

/** The states of the writes after which no acknowledged one began. */
function lastStates(writes: readonly Write[]): Set<boolean> {
  const last = Math.max(...writes.filter(isAcknowledged).map(({ start }) => start));
  return new Set(writes.filter(({ start, end }) => start === last || end > last).map(({ active }) => active));
}

export function isAcknowledged({ end }: Span): boolean {
  return end !== Number.POSITIVE_INFINITY;
}
