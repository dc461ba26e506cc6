import { HOUR, MINUTE } from '../hours.ts';
import type { RuleFault } from './rule.ts';

/** Which incidents of a rule share a message, and how often; milliseconds. */
export interface Grouping {
  /** The labels whose values make a group; none: all stores of the rule are one group. */
  readonly by: readonly string[];
  /** How long something new waits for more of its kind. */
  readonly wait: number;
  /** The shortest time between two messages of a group. */
  readonly interval: number;
  /** The time after which an open incident is repeated unless it is acknowledged; `undefined`: it is not. */
  readonly repeat: number | undefined;
}

export const DEFAULT_GROUPING: Grouping = { by: [], wait: 0, interval: 5 * MINUTE, repeat: 24 * HOUR };

/** The last message of a group about an incident. */
export type Said = 'nothing' | 'opened' | 'resolved';

/** An incident, as its group sees it. Instants in milliseconds. */
export interface GroupMember {
  /** What was said last, and when; `undefined`: never. */
  readonly said: Said;
  readonly saidAt: number | undefined;
  readonly openedAt: number;
  /** `undefined`: it is open. */
  readonly resolvedAt: number | undefined;
  /** Acknowledged, snoozed or planned by now: it is neither said as new nor repeated. */
  readonly quiet: boolean;
}

/** What a group says at one moment. */
export interface Flush<M extends GroupMember> {
  /** Open incidents that were not said yet and that nobody has answered. */
  readonly opened: readonly M[];
  /** Incidents that ended after they were said. */
  readonly resolved: readonly M[];
  /** Open incidents that are repeated. */
  readonly reminded: readonly M[];
}

/** Incidents that ended before their first message: there will be none. */
export function unsaid<M extends GroupMember>(members: readonly M[]): M[] {
  return members.filter(({ said, resolvedAt }) => said === 'nothing' && resolvedAt !== undefined);
}

/**
 * What a group has to say at `now`; `undefined`: nothing yet.
 *
 * @param sentAt when the group last said something; `undefined`: never
 */
export function flushOf<M extends GroupMember>(
  grouping: Grouping,
  sentAt: number | undefined,
  members: readonly M[],
  now: number,
): Flush<M> | undefined {
  const earliest = (sentAt ?? Number.NEGATIVE_INFINITY) + grouping.interval;
  if (now < earliest) return undefined;
  const opened = members.filter(isNew);
  const resolved = members.filter(isOver);
  const due = Math.min(...opened.map(({ openedAt }) => openedAt), ...resolved.map(endOf)) + grouping.wait <= now;
  const reminded = members.filter((member) => repeatAt(grouping, member) <= now);
  if (!due && reminded.length === 0) return undefined;
  return due ? { opened, resolved, reminded } : { opened: [], resolved: [], reminded };
}

/** When a group has something to say if nothing else happens; infinite: never. */
export function nextFlush(grouping: Grouping, sentAt: number | undefined, members: readonly GroupMember[]): number {
  const news = [...members.filter(isNew).map(({ openedAt }) => openedAt), ...members.filter(isOver).map(endOf)];
  const due = Math.min(Math.min(...news) + grouping.wait, ...members.map((member) => repeatAt(grouping, member)));
  return Math.max(due, (sentAt ?? Number.NEGATIVE_INFINITY) + grouping.interval);
}

/** The group of a store with these labels, as a text that is equal for equal groups. */
export function groupKey(by: readonly string[], labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(by.map((label) => (Object.hasOwn(labels, label) ? labels[label] : null)));
}

function isNew({ said, resolvedAt, quiet }: GroupMember): boolean {
  return said === 'nothing' && resolvedAt === undefined && !quiet;
}

function isOver({ said, resolvedAt }: GroupMember): boolean {
  return said === 'opened' && resolvedAt !== undefined;
}

function endOf({ resolvedAt }: GroupMember): number {
  return resolvedAt as number;
}

function repeatAt({ repeat }: Grouping, { said, saidAt, resolvedAt, quiet }: GroupMember): number {
  if (repeat === undefined || said !== 'opened' || resolvedAt !== undefined || quiet) return Number.POSITIVE_INFINITY;
  return (saidAt as number) + repeat;
}

/** Why the times of a grouping make no sense: one sentence for each fault, which names the value. */
export function groupingFaults({ by, wait, interval, repeat }: Grouping): RuleFault[] {
  const faults: RuleFault[] = [];
  const longest = 24 * HOUR;
  for (const [field, value] of Object.entries({ wait_minutes: wait, interval_minutes: interval })) {
    if (value >= 0 && value <= longest) continue;
    faults.push({ field, message: `${field} is ${value / MINUTE}, expected 0 to 1440` });
  }
  if (repeat !== undefined && !(repeat >= Math.max(interval, 5 * MINUTE))) {
    const least = `at least 5 and at least interval_minutes, which is ${interval / MINUTE}`;
    const message = `repeat_minutes is ${repeat / MINUTE}, expected ${least}`;
    faults.push({ field: 'repeat_minutes', message });
  }
  const twice = by.find((label, i) => by.indexOf(label) !== i);
  if (twice !== undefined) faults.push({ field: 'group_by', message: `group_by has "${twice}" more than once` });
  return faults;
}
