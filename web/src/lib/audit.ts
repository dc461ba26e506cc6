/** Entries of the audit log in words. */

import type { AuditEntry } from '../../api/schema.ts';
import { VIEWER_ZONE, weekdayNames, withOffset } from './clock.ts';
import { inWords } from './openings.ts';

/** What was done, by the action of the entry. */
export const ACTION_WORDS: Readonly<Record<string, string>> = {
  'alert_rule.changed': 'Updated an alert rule',
  'alert_rule.created': 'Created an alert rule',
  'alert_rule.deleted': 'Deleted an alert rule',
  'backup.created': 'Downloaded a backup',
  'contact_point.changed': 'Updated a contact point',
  'contact_point.created': 'Created a contact point',
  'contact_point.deleted': 'Deleted a contact point',
  'delivery.resent': 'Sent a message again',
  'import.created': 'Imported files',
  'import.deleted': 'Deleted an import',
  'adjustment.created': 'Planned downtime',
  'adjustment.revoked': 'Revoked planned downtime',
  'key.created': 'Created an API key',
  'key.first_used': 'Used an API key for the first time',
  'key.revoked': 'Revoked an API key',
  'poll.deleted': 'Deleted a check',
  'report.deleted': 'Deleted a report',
  'saved_question.changed': 'Updated a saved question',
  'saved_question.created': 'Saved a question',
  'saved_question.deleted': 'Deleted a saved question',
  'setting.changed': 'Changed a setting',
  'store.changed': 'Updated a store',
  'store.created': 'Created a store',
  'store.deleted': 'Deleted a store',
  'store.hours_changed': 'Updated business hours',
  'store.hours_withdrawn': 'Withdrew planned hours',
  'store.restored': 'Restored a store',
  'store.special_hours_removed': 'Deleted special hours',
  'store.special_hours_set': 'Set special hours',
  'subscription.changed': 'Updated a subscription',
  'subscription.created': 'Subscribed to a question',
  'subscription.deleted': 'Deleted a subscription',
  'subscription.unsubscribed': 'Unsubscribed by a link',
  'uptime_target.changed': 'Changed an uptime target',
  'uptime_target.created': 'Set an uptime target',
  'uptime_target.deleted': 'Deleted an uptime target',
  'user.changed': 'Updated a user',
  'user.created': 'Added a user',
  'user.deleted': 'Deleted a user',
  'user.invitation_accepted': 'Accepted an invitation',
  'user.invited': 'Invited a user',
  'user.last_admin_kept': 'Kept the last admin account',
  'user.password_reset': 'Reset a password',
  'user.password_reset_requested': 'Requested a password reset',
  'user.password_set': 'Set a password',
  'user.reauthenticated': 'Reauthenticated',
  'user.recovery_codes_renewed': 'Renewed recovery codes',
  'user.second_factor_added': 'Added a second factor',
  'user.second_factor_removed': 'Removed a second factor',
  'user.second_factor_reset': 'Reset second factors',
  'user.sign_in_failed': 'Failed to sign in',
  'user.signed_in': 'Signed in',
  'user.signed_out': 'Signed out',
};

/** What an action was about, by the kind of the entry. */
export const KIND_WORDS: Readonly<Record<string, { readonly one: string; readonly many: string }>> = {
  user: { one: 'User', many: 'Users' },
  key: { one: 'API key', many: 'API keys' },
  store: { one: 'Store', many: 'Stores' },
  report: { one: 'Report', many: 'Reports' },
  import: { one: 'Import', many: 'Imports' },
  adjustment: { one: 'Planned downtime', many: 'Planned downtime' },
  alert_rule: { one: 'Alert rule', many: 'Alert rules' },
  contact_point: { one: 'Contact point', many: 'Contact points' },
  saved_question: { one: 'Saved question', many: 'Saved questions' },
  subscription: { one: 'Subscription', many: 'Subscriptions' },
  uptime_target: { one: 'Uptime target', many: 'Uptime targets' },
  delivery: { one: 'Message', many: 'Messages' },
  setting: { one: 'Setting', many: 'Settings' },
  backup: { one: 'Backup', many: 'Backups' },
};

/** The action in words; one that is not known, as it is. */
export function actionWords({ action }: Pick<AuditEntry, 'action'>): string {
  return ACTION_WORDS[action] ?? action;
}

/** Where an entry has the name of what it is about, by its kind. */
const NAME_IN_DETAIL: Readonly<Record<string, string>> = {
  ...{ user: 'login', import: 'file_name', key: 'name', store: 'name', adjustment: 'reason' },
  ...{ alert_rule: 'name', contact_point: 'name', saved_question: 'name', uptime_target: 'of' },
};

/** The name that an entry itself gives of what it is about. */
export function nameInDetail({ subject_kind: kind, detail }: AuditEntry): string | undefined {
  const key = NAME_IN_DETAIL[kind];
  if (key === undefined) return undefined;
  const { before } = detail;
  const name = detail[key] ?? (isObject(before) ? before[key] : undefined);
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** The pages that list what an entry is about, by its kind. */
const PAGE_OF_KIND: Readonly<Record<string, string>> = {
  ...{ import: '/imports', adjustment: '/downtime', alert_rule: '/alert-rules' },
  ...{ contact_point: '/contact-points', delivery: '/deliveries', saved_question: '/analytics' },
  ...{ subscription: '/analytics', uptime_target: '/analytics' },
};

/** The page of what an entry is about; `undefined`: it has none. */
export function subjectPath({ action, subject_kind: kind, subject_id: id }: AuditEntry): string | undefined {
  if (action.endsWith('.deleted') && action !== 'poll.deleted') return undefined;
  const page = { user: '/users', store: '/stores', report: '/reports' }[kind];
  if (page !== undefined) return `${page}/${encodeURIComponent(id)}`;
  return PAGE_OF_KIND[kind];
}

/**
 * The details of an entry: names and values in words. A changed value is shown with the previous one, as
 * `Denver → Chicago`; entries about users have the new values in `after`, those about stores beside `before`.
 */
export function detailWords(detail: AuditEntry['detail']): { readonly name: string; readonly value: string }[] {
  const { before, after, ...rest } = detail;
  if (!isObject(before)) return wordsOf(detail);
  const now: Values = { ...rest, ...(isObject(after) && after) };
  const removed = Object.entries(before).filter(([name]) => !(name in now));
  return [
    ...Object.keys(now).flatMap((name) =>
      name in before
        ? [{ name: labelOf(name), value: changeWords(name, before[name], now[name]) }]
        : wordsOf({ [name]: now[name] }),
    ),
    ...wordsOf(Object.fromEntries(removed.map(([name, value]) => [`previous_${name}`, value]))),
  ];
}

type Values = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wordsOf(values: Values): { readonly name: string; readonly value: string }[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name: labelOf(name), value: valueWords(name, value) }));
}

function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An instant as the log holds it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function changeWords(name: string, before: unknown, now: unknown): string {
  if (HOURS.has(name) && isWeek(before) && isWeek(now)) return weekChangeWords(before, now);
  if (!isObject(before) || !isObject(now)) return `${valueWords(name, before)} → ${valueWords(name, now)}`;
  return Object.keys(now)
    .map((key) => `${key}: ${changeWords('', before[key] ?? null, now[key])}`)
    .join(', ');
}

/** The fields that hold business hours. */
const HOURS = new Set(['hours', 'previous_hours']);

function valueWords(name: string, value: unknown): string {
  if (value === null || value === '') return 'none';
  if (HOURS.has(name)) return hoursWords(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((one) => valueWords('', one)).join(', ');
  if (typeof value === 'string' && INSTANT.test(value)) return withOffset(Date.parse(value), VIEWER_ZONE, 'date');
  if (typeof value !== 'object') return String(value);
  const parts = Object.entries(value).map(([key, one]) => `${key.replaceAll('_', ' ')}: ${valueWords(key, one)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

interface Row {
  /** Milliseconds since midnight. */
  readonly start: number;
  readonly end: number;
}

function hoursWords(value: unknown): string {
  if (value === 'always') return 'Open 24/7';
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return 'Closed';
  const rows: readonly (Row & { readonly day?: number })[] = value;
  if (!isWeek(rows)) return rows.map(openingWords).join(', ');
  return dayRuns(
    rows.map(({ day }) => day),
    (day) => openingsOf(rows, day),
  )
    .map(({ days, words }) => `${days} ${words}`)
    .join(', ');
}

type WeekRow = Row & { readonly day: number };

function isWeek(value: unknown): value is readonly WeekRow[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => isObject(row) && typeof row.day === 'number');
}

/** The days of a week that changed, such as `Monday – Friday 9:00 AM – 5:00 PM → Closed`. */
function weekChangeWords(before: readonly WeekRow[], now: readonly WeekRow[]): string {
  const changed = [0, 1, 2, 3, 4, 5, 6].filter((day) => openingsOf(before, day) !== openingsOf(now, day));
  if (changed.length === 0) return hoursWords(now);
  return dayRuns(changed, (day) => `${openingsOf(before, day)} → ${openingsOf(now, day)}`)
    .map(({ days, words }) => `${days} ${words}`)
    .join(', ');
}

/** Joins days in a row with the same words. */
function dayRuns(days: readonly number[], wordsFor: (day: number) => string): { days: string; words: string }[] {
  const runs: { first: number; last: number; words: string }[] = [];
  for (const day of [...new Set(days)].sort()) {
    const words = wordsFor(day);
    const run = runs.at(-1);
    if (run?.last === day - 1 && run.words === words) run.last = day;
    else runs.push({ first: day, last: day, words });
  }
  const names = weekdayNames();
  return runs.map(({ first, last, words }) => ({
    days: first === last ? String(names[first]) : `${names[first]} – ${names[last]}`,
    words,
  }));
}

function openingsOf(week: readonly WeekRow[], day: number): string {
  const rows = week.filter((row) => row.day === day);
  return rows.length === 0 ? 'Closed' : rows.map(openingWords).join(' and ');
}

function openingWords({ start, end }: Row): string {
  return inWords({ start: timeOf(start), end: timeOf(end) });
}

/** `09:00`, or with seconds if there are any. */
function timeOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const two = (number: number) => String(number).padStart(2, '0');
  const short = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? short : `${short}:${two(seconds % 60)}`;
}
