/** Planned downtime and other adjustments as a form has them, and as the API takes it. */

import { idsIn } from '../../../src/lib/id-list.ts';
import type { Adjustment, NewAdjustment } from '../../api/schema.ts';

export const KINDS: Readonly<Record<Adjustment['kind'], { readonly words: string; readonly hint: string }>> = {
  planned: { words: 'Planned downtime', hint: 'Stores are expected to be down. Nobody is alerted.' },
  excused: { words: 'Excused time', hint: 'Counts neither as uptime nor as downtime in adjusted figures.' },
  false_reading: { words: 'False readings', hint: 'Checks in this time do not count in adjusted figures.' },
  force_down: { words: 'Forced downtime', hint: 'Counts as downtime in adjusted figures, whatever checks say.' },
};

/** Whom it concerns. */
export type Whom = 'ids' | 'labels' | 'all';

/** `once`: an interval in the viewer's time; the others recur in store local time. */
export type Repeats = 'once' | 'daily' | 'weekly' | 'monthly' | 'custom';

export interface DowntimeDraft {
  readonly kind: Adjustment['kind'];
  readonly whom: Whom;
  readonly ids: string;
  /** One `key:value` on each line. */
  readonly labels: string;
  readonly repeats: Repeats;
  /** `2026-11-29T02:00`; of an interval, empty: now. */
  readonly from: string;
  readonly to: string;
  /** The last date of a recurrence; empty: it goes on. */
  readonly until: string;
  readonly hours: string;
  readonly minutes: string;
  /** The rule of `custom`. */
  readonly rrule: string;
  readonly reason: string;
}

export const NEW_DOWNTIME: DowntimeDraft = {
  kind: 'planned',
  ...{ whom: 'ids', ids: '', labels: '', repeats: 'once', from: '', to: '', until: '' },
  ...{ hours: '2', minutes: '0', rrule: 'FREQ=WEEKLY;BYDAY=SU', reason: '' },
};

/** The draft as the API takes it. What is missing is left out: the server says what it expects. */
export function bodyOfDowntime(draft: DowntimeDraft): NewAdjustment {
  return { kind: draft.kind, ...storesOf(draft), ...timeOf(draft), reason: draft.reason.trim() };
}

function storesOf({ whom, ids, labels }: DowntimeDraft): Pick<NewAdjustment, 'store_ids' | 'labels'> {
  if (whom === 'ids') return { store_ids: idsIn(ids) };
  if (whom === 'all') return { labels: {} };
  const lines = labels.split('\n').map((line) => line.trim());
  const pairs = lines.filter((line) => line !== '').map((line) => line.split(/:(.*)/s) as [string, string?]);
  return { labels: Object.fromEntries(pairs.map(([key, value = '']) => [key.trim(), value.trim()])) };
}

function timeOf(draft: DowntimeDraft): Pick<NewAdjustment, 'from' | 'to' | 'recurrence'> {
  const { repeats, from, to, hours, minutes } = draft;
  if (repeats !== 'once') {
    return { recurrence: { rrule: ruleOf(draft), start: from, duration: durationOf(hours, minutes) } };
  }
  return {
    ...(from !== '' && { from: new Date(from).toISOString() }),
    ...(to !== '' && { to: new Date(to).toISOString() }),
  };
}

function durationOf(hours: string, minutes: string): string {
  const time = [`${Number(hours)}H`, `${Number(minutes)}M`].filter((part) => !part.startsWith('0'));
  return `PT${time.join('') || '0M'}`;
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** The rule of a recurrence, which repeats the weekday or the day of the month of its start. */
function ruleOf({ repeats, from, until, rrule }: DowntimeDraft): string {
  if (repeats === 'custom') return rrule.trim();
  const end = until === '' ? '' : `;UNTIL=${until.replaceAll('-', '')}`;
  const date = from.slice(0, 10);
  if (repeats === 'daily' || date === '') return `FREQ=DAILY${end}`;
  if (repeats === 'monthly') return `FREQ=MONTHLY;BYMONTHDAY=${Number(date.slice(8))}${end}`;
  return `FREQ=WEEKLY;BYDAY=${WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]}${end}`;
}

/** `PT2H30M` in words: `2 h 30 min`; `P1D`: `1 day`. */
export function durationWords(duration: string): string {
  const [, weeks, days, hours, minutes] = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration) ?? [];
  const parts = [
    [weeks, 'week', 'weeks'],
    [days, 'day', 'days'],
    [hours, 'h', 'h'],
    [minutes, 'min', 'min'],
  ] as const;
  const words = parts.filter(([value]) => Number(value) > 0).map(([n, one, many]) => `${n} ${n === '1' ? one : many}`);
  return words.length === 0 ? duration : words.join(' ');
}
