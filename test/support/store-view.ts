import type { AlertRule } from '../../src/domain/alerts/rule.ts';
import type { StoreView } from '../../src/domain/alerts/run.ts';
import { EMPTY, type Intervals } from '../../src/domain/interval.ts';
import { arrangePolls } from '../../src/domain/polls.ts';
import { DAY, HOUR, MINUTE } from '../domain/reference.ts';
import { pollColumns } from './fleet.ts';

export const STALE_AFTER = 2 * HOUR;

/** An instant from `DAY HH:MM`, such as `0 09:30`. */
export function at(text: string): number {
  const [, day = '', hours = '', minutes = ''] = /^(\d+) (\d\d):(\d\d)$/.exec(text) ?? [];
  return Number(day) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE;
}

/** Intervals from their bounds. */
export const span = (...texts: string[]): Intervals => texts.map(at);

/** Open from 09:00 to 22:00 on ten days. */
export const DAYTIME: Intervals = Array.from({ length: 10 }, (_, day) => [
  at(`${day} 09:00`),
  at(`${day} 22:00`),
]).flat();

/** What is known of a store besides its polls; without anything else, it is open in `DAYTIME`. */
export interface World {
  readonly open?: Intervals;
  readonly unknown?: Intervals;
  readonly planned?: Intervals;
  readonly rule?: Partial<AlertRule>;
}

/** A poll of the store; `reason`: the platform says why it is inactive. */
export type Poll = readonly [instant: number, active: boolean, reason?: boolean];

/** What is known of the store at the instant `now` by these polls, in any order. */
export function viewOf(polls: readonly Poll[], now: number, world: World): StoreView {
  const columns = arrangePolls(pollColumns(polls.map(([instant, active]) => ({ store: 0, instant, active }))), 1);
  return {
    at: now,
    open: world.open ?? DAYTIME,
    unknown: world.unknown ?? EMPTY,
    planned: world.planned ?? EMPTY,
    polls: columns,
    first: 0,
    last: columns.length,
    reasons: new Set(polls.filter(([, , reason]) => reason).map(([instant]) => instant)),
    staleAfter: STALE_AFTER,
  };
}
