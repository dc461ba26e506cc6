/** Contact points as a form has them, and as the API takes them. */

import type { Channel, ContactPoint, ContactPointChange, Delivery, NewContactPoint } from '../../api/schema.ts';

/** How often a contact point gets a digest: a number is a weekday, 0 is Monday. */
export type DigestChoice = 'none' | 'daily' | `${number}`;

export interface ContactPointDraft {
  readonly team: boolean;
  readonly name: string;
  /** By name; of those that exist, secrets are empty unless they are replaced. */
  readonly settings: Readonly<Record<string, string>>;
  readonly zone: string;
  readonly quiet: boolean;
  readonly start: string;
  readonly end: string;
  readonly holdPages: boolean;
  readonly digest: DigestChoice;
  readonly digestTime: string;
  /** The own texts of its messages; empty: the usual ones. */
  readonly title: string;
  readonly text: string;
}

/** @param point `undefined`: a new one */
export function draftOfPoint(point: ContactPoint | undefined, team: boolean, zone: string): ContactPointDraft {
  const { quiet_hours: quiet = null, digest = null, template = null } = point ?? {};
  return {
    ...{ team: point?.team ?? team, name: point?.name ?? '', settings: point?.settings ?? {} },
    ...{ zone: point?.time_zone ?? zone, quiet: quiet !== null, holdPages: quiet?.hold_pages ?? false },
    ...{ start: (quiet?.start ?? '22:00').slice(0, 5), end: (quiet?.end ?? '07:00').slice(0, 5) },
    digest: digest === null ? 'none' : digest.day === null || digest.day === undefined ? 'daily' : `${digest.day}`,
    digestTime: (digest?.time ?? '08:00').slice(0, 5),
    ...{ title: template?.title ?? '', text: template?.text ?? '' },
  };
}

/** A new contact point as the API takes it. Settings that are empty are left out. */
export function bodyOfPoint(draft: ContactPointDraft, { channel }: Pick<Channel, 'channel'>): NewContactPoint {
  const settings = Object.entries(draft.settings).filter(([, value]) => value.trim() !== '');
  return {
    ...{ channel, team: draft.team, settings: Object.fromEntries(settings.map(([key, value]) => [key, value.trim()])) },
    ...commonOf(draft),
  };
}

/** The change of a contact point: of its settings, those that differ. A secret that is empty stays. */
export function changeOfPoint(
  draft: ContactPointDraft,
  { settings: known }: Pick<Channel, 'settings'>,
  before: ContactPoint,
): ContactPointChange {
  const changed = known.flatMap(({ name, secret }) => {
    const value = (draft.settings[name] ?? '').trim();
    if (secret ? value === '' : value === (before.settings[name] ?? '')) return [];
    return [[name, value === '' ? null : value] as const];
  });
  return { ...commonOf(draft), ...(changed.length > 0 && { settings: Object.fromEntries(changed) }) };
}

/** The own texts of messages as the API takes them, without those that are empty. */
export function templateOf({ title, text }: Pick<ContactPointDraft, 'title' | 'text'>) {
  return { ...(title.trim() !== '' && { title: title.trim() }), ...(text.trim() !== '' && { text }) };
}

function commonOf(draft: ContactPointDraft) {
  const { name, zone, quiet, start, end, holdPages, digest, digestTime: time, title, text } = draft;
  const template = templateOf({ title, text });
  return {
    ...{ name: name.trim(), time_zone: zone.trim() },
    quiet_hours: quiet ? { start, end, hold_pages: holdPages } : null,
    digest: digest === 'none' ? null : { time, day: digest === 'daily' ? null : Number(digest) },
    template: Object.keys(template).length === 0 ? null : template,
  };
}

/** Whether a delivery has ended, well or not. */
export function isFinished({ status }: Pick<Delivery, 'status'>): boolean {
  return status === 'sent' || status === 'failed' || status === 'cancelled';
}

/** The outcome of a delivery so far. */
export const DELIVERY_STATUSES: Readonly<
  Record<Delivery['status'], { readonly sign: string; readonly word: string; readonly kind: string }>
> = {
  pending: { sign: '◌', word: 'Waiting', kind: 'quiet' },
  sending: { sign: '◐', word: 'Sending', kind: 'quiet' },
  sent: { sign: '✓', word: 'Sent', kind: 'good' },
  failed: { sign: '✕', word: 'Failed', kind: 'bad' },
  cancelled: { sign: '–', word: 'Canceled', kind: 'quiet' },
};
