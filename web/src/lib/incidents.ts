/** Incidents and their timelines in words. */

import type { Delivery, Incident, IncidentEvent, SeenPoll } from '../../api/schema.ts';
import { VIEWER_ZONE, withOffset } from './clock.ts';
import { count, counted } from './format.ts';

/** What people did about an incident so far. */
export type IncidentStatus = 'open' | 'snoozed' | 'acknowledged' | 'resolved';

export const INCIDENT_STATUS_WORDS: Readonly<Record<IncidentStatus, string>> = {
  open: 'Open',
  snoozed: 'Snoozed',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
};

/** @param now milliseconds */
export function incidentStatus(
  { resolved_at, acknowledged_at, snoozed_until }: Pick<Incident, 'resolved_at' | 'acknowledged_at' | 'snoozed_until'>,
  now: number,
): IncidentStatus {
  if (resolved_at !== null) return 'resolved';
  if (acknowledged_at !== null) return 'acknowledged';
  return snoozed_until !== null && Date.parse(snoozed_until) > now ? 'snoozed' : 'open';
}

/** How long an incident has lasted or did, seconds. @param now milliseconds */
export function incidentDuration(
  { since, up_at, resolved_at }: Pick<Incident, 'since' | 'up_at' | 'resolved_at'>,
  now: number,
): number {
  const end = up_at ?? resolved_at;
  return ((end === null ? now : Date.parse(end)) - Date.parse(since)) / 1_000;
}

/** What an incident is about, for all but those of one store. */
export function incidentTitle({ kind, store_name, store_id, label, value }: Incident): string {
  if (kind === 'mass_outage') return label === '' ? 'Mass outage' : `Mass outage: ${label}: ${value}`;
  if (kind === 'blind') return 'The monitor cannot observe stores';
  return store_name ?? store_id ?? 'Incident';
}

/** What is wrong, in a word or two. */
export const INCIDENT_KIND_WORDS: Readonly<Record<Incident['kind'], string>> = {
  down: 'Down',
  did_not_open: 'Did not open',
  mass_outage: 'Many stores are down',
  blind: 'Blind',
};

/** The same, with the number of stores of a mass outage. */
export function incidentWords({ kind, members }: Incident): string {
  if (members === null || members.stores === 0) return INCIDENT_KIND_WORDS[kind];
  return `Mass outage of ${membersWords(members)}`;
}

/** `657 stores, 12 of them down` */
export function membersWords({ stores, open }: NonNullable<Incident['members']>): string {
  return open === stores || open === 0
    ? counted(stores, 'store')
    : `${counted(stores, 'store')}, ${count(open)} still down`;
}

/** Why a message is sent. */
export const MESSAGE_KIND_WORDS: Readonly<Record<Delivery['kind'], string>> = {
  opened: 'Incident opened',
  resolved: 'Resolved',
  reminder: 'Reminder',
  escalated: 'Escalation',
  mass_outage: 'Mass outage',
  blind: 'Monitor is blind',
  sight_returned: 'Monitor can observe again',
  planned_ended: 'Planned downtime ended',
  digest: 'Digest',
  analytics: 'Analytics',
  test: 'Test',
};

/** An event of a timeline in words, without who did it. */
export function eventWords({ kind, detail }: IncidentEvent): string {
  switch (kind) {
    case 'opened':
      return detail.kind === 'did_not_open' ? 'Incident opened: the store did not open' : 'Incident opened';
    case 'resolved':
      return resolvedWords(detail);
    case 'joined':
      return 'Became part of a mass outage';
    case 'left':
      return 'Still down after the mass outage';
    case 'told':
    case 'escalated':
      return toldWords(kind, detail);
    case 'acknowledged':
      return `Acknowledged${detail.by === 'link' ? ' from a message' : ''}${after(detail.reason)}`;
    case 'snoozed':
      return `Snoozed until ${withOffset(Date.parse(String(detail.until)), VIEWER_ZONE, 'day')}`;
    case 'assigned':
      return detail.assignee === null ? 'Unassigned' : `Assigned to ${detail.name ?? 'a user'}`;
    case 'commented':
      return String(detail.text);
  }
}

function resolvedWords({ resolution, still_down: down }: IncidentEvent['detail']): string {
  if (resolution === 'dropped') return 'Ended: its rule no longer applies to the store';
  return typeof down === 'number' && down > 0 ? `Resolved; ${counted(down, 'store')} still down` : 'Resolved';
}

function toldWords(kind: 'told' | 'escalated', { message, contact_points, step }: IncidentEvent['detail']): string {
  const to = counted(Array.isArray(contact_points) ? contact_points.length : 0, 'contact point');
  if (kind === 'escalated') return `Escalated to ${to}${typeof step === 'number' ? `, step ${step + 1}` : ''}`;
  const about = MESSAGE_KIND_WORDS[message as Delivery['kind']] as string | undefined;
  return `Notified ${to}${after(about?.toLowerCase())}`;
}

function after(text: unknown): string {
  return typeof text === 'string' && text !== '' ? `: ${text}` : '';
}

/** Something on the timeline of an incident; `polls` are successive ones with the same result. */
export type TimelineEntry =
  | { readonly kind: 'event'; readonly at: string; readonly event: IncidentEvent }
  | { readonly kind: 'delivery'; readonly at: string; readonly delivery: Delivery }
  | { readonly kind: 'polls'; readonly at: string; readonly until: string; readonly polls: readonly SeenPoll[] };

/** Everything that belongs to an incident, earliest first; polls that say the same without anything between are one. */
export function timelineOf(
  events: readonly IncidentEvent[],
  deliveries: readonly Delivery[],
  polls: readonly SeenPoll[],
): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    ...polls.map((poll) => ({ kind: 'polls', at: poll.at.utc, until: poll.at.utc, polls: [poll] }) as const),
    ...events.map((event) => ({ kind: 'event', at: event.at, event }) as const),
    ...deliveries.map((delivery) => ({ kind: 'delivery', at: delivery.created_at, delivery }) as const),
  ];
  // The order of what happens at the same instant is that of the parts: a poll opens an incident, which sends messages.
  const sorted = entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const merged: TimelineEntry[] = [];
  for (const entry of sorted) {
    const last = merged.at(-1);
    if (entry.kind === 'polls' && last?.kind === 'polls' && saysTheSame(last.polls[0], entry.polls[0])) {
      merged[merged.length - 1] = { ...last, until: entry.until, polls: [...last.polls, ...entry.polls] };
    } else merged.push(entry);
  }
  return merged;
}

function saysTheSame(a: SeenPoll | undefined, b: SeenPoll | undefined): boolean {
  const said = (poll: SeenPoll | undefined) =>
    JSON.stringify([poll?.status, poll?.counts, poll?.inactive_reason?.code, poll?.inactive_reason?.detail]);
  return said(a) === said(b);
}

const HOUR = 3_600_000;
/** The longest part of an incident whose polls are shown; milliseconds. */
const MOST = 8 * 24 * HOUR;

/** The time whose polls belong to the timeline of an incident: an hour more at both ends. */
export function pollRange(
  { since, up_at, resolved_at }: Pick<Incident, 'since' | 'up_at' | 'resolved_at'>,
  now: number,
): { readonly from: string; readonly to: string } {
  const end = up_at ?? resolved_at;
  const to = Math.min(now, end === null ? now : Date.parse(end) + HOUR);
  const from = Math.max(Date.parse(since) - HOUR, to - MOST);
  return { from: new Date(from).toISOString(), to: new Date(Math.max(to, from + 1)).toISOString() };
}
