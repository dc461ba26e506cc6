import { DAY } from '../../domain/hours.ts';
import { instant } from './instant.ts';

/** Milliseconds. */
export const WEEK = 7 * DAY;
/** The Monday before 1970-01-01, a Thursday. */
const FIRST_MONDAY = -3 * DAY;

/** Which weeks get a partition of their own. Each costs every look at all polls a lock on the table and on its index. */
export interface PartitionRules {
  /** The clock, milliseconds. */
  now(): number;
  /** A week gets a partition of its own for at least this many polls in one write, or because it is recent. */
  readonly leastPolls: number;
  /** New partitions in one write. */
  readonly perWrite: number;
  /** Partitions in all. */
  readonly total: number;
  /** Where polls of the present week arrive, the partitions of this many weeks after it are made in advance. */
  readonly ahead: number;
}

/** A PostgreSQL with its default settings locks some 6,400 tables and indexes at a time. */
export const PARTITION_RULES: PartitionRules = {
  now: Date.now,
  leastPolls: 1_000,
  perWrite: 260,
  total: 1_000,
  ahead: 4,
};

/** Weeks before now that are recent: those that the prober and reports go back to. */
const RECENT = 10 * WEEK;

/** The Monday 00:00 UTC at or before an instant. */
export function mondayOf(milliseconds: number): number {
  return Math.floor((milliseconds - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
}

/** The partition of the week that begins on a Monday: `polls_20230116`, so that names sort by week. */
export function nameOf(monday: number): string {
  return `polls_${new Date(monday).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** The Monday of the week of a partition. */
export function mondayFrom(name: string): number {
  return Date.parse(name.replace(/^polls_(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3T00:00:00Z'));
}

/** The week that begins on a Monday, as SQL: for a partition, and as a condition. */
export function weekOf(monday: number): { readonly bounds: string; readonly condition: string } {
  const [from, to] = [instant(monday), instant(monday + WEEK)];
  return {
    bounds: `for values from (${from}) to (${to})`,
    condition: `instant >= ${from} and instant < ${to}`,
  };
}

/** Adds to the numbers of polls by the Monday of their week. */
export function countWeeks(instants: ArrayLike<number>, counts: Map<number, number>): void {
  for (let i = 0; i < instants.length; i++) {
    const monday = mondayOf(instants[i] as number);
    counts.set(monday, (counts.get(monday) ?? 0) + 1);
  }
}

/** The weeks of polls that are to be written. */
export interface WeekPlan {
  /** The Mondays of those that get a partition, in order. */
  readonly own: readonly number[];
  /** Whether none of the weeks has a partition yet. */
  readonly allNew: boolean;
}

/**
 * @param existing the names of the partitions
 * @param polls how many polls are to be written, by the Monday of their week
 */
export function planWeeks(
  existing: ReadonlySet<string>,
  polls: ReadonlyMap<number, number>,
  rules: PartitionRules,
): WeekPlan {
  const now = rules.now();
  const isRecent = (monday: number) => monday > now - RECENT && monday <= now + WEEK;
  const missing = [...polls].filter(([monday]) => !existing.has(nameOf(monday)));
  const own = missing
    .filter(([monday, count]) => count >= rules.leastPolls || isRecent(monday))
    .sort(([, one], [, other]) => other - one)
    .slice(0, Math.max(0, Math.min(rules.perWrite, rules.total - existing.size)))
    .map(([monday]) => monday);
  return { own: own.sort((a, b) => a - b), allNew: missing.length === polls.size };
}

/** The Mondays of weeks to come whose partitions are to be made, as soon as the next week has none. */
export function weeksAhead(existing: ReadonlySet<string>, rules: PartitionRules): number[] {
  const present = mondayOf(rules.now());
  if (existing.has(nameOf(present + WEEK))) return [];
  return Array.from({ length: rules.ahead }, (_, i) => present + (i + 1) * WEEK)
    .filter((monday) => !existing.has(nameOf(monday)))
    .slice(0, Math.max(0, rules.total - existing.size));
}

/** Whether polls arrive by themselves: one of the partitions is of a recent week. */
export function hasRecentWeek(existing: ReadonlySet<string>, rules: PartitionRules): boolean {
  const earliest = nameOf(mondayOf(rules.now() - RECENT));
  return [...existing].some((name) => name >= earliest);
}
