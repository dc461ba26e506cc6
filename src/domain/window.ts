import { DAY, HOUR } from './hours.ts';

/** The three windows of a report end at its `as_of` and reach back this far, in elapsed milliseconds. */
export const WINDOWS = [HOUR, DAY, 7 * DAY] as const;

/** Polls older than this, counted back from `as_of`, say nothing about a report. */
export const POLL_REACH = 8 * DAY;
