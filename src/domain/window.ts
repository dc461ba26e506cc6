import { DAY, HOUR } from './hours.ts';

/** The three windows of a report end at its `as_of` and reach back this far, in elapsed milliseconds. */
export const WINDOWS = [HOUR, DAY, 7 * DAY] as const;

/** The names of `WINDOWS` in column names. */
export const WINDOW_NAMES = ['hour', 'day', 'week'] as const;
export type WindowName = (typeof WINDOW_NAMES)[number];

/** Polls older than this, counted back from `as_of`, say nothing about a report. */
export const POLL_REACH = 8 * DAY;
