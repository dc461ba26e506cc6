import type { Violation } from './violations.ts';

/** A message in the delivery log in the end. */
export interface LoggedMessage {
  readonly id: string;
  readonly contactPoint: string;
  readonly kind: string;
  readonly incident: string | null;
  readonly status: string;
}

/** A request that a receiver of messages got. */
export interface ReceivedMessage {
  readonly id: string;
  readonly contactPoint: string;
  readonly kind: string;
  readonly incident: string | null;
  readonly at: number;
  /** Whether the receiver answered that it has it. */
  readonly accepted: boolean;
}

/** An incident in the end. */
export interface LoggedIncident {
  readonly id: string;
  readonly store: string | null;
  readonly resolved: boolean;
}

/** Everything about alerts in a history. */
export interface AlertHistory {
  /** How often each store went down, and came up again. */
  readonly outages: ReadonlyMap<string, number>;
  readonly incidents: readonly LoggedIncident[];
  /** Those who are told about every incident. */
  readonly contactPoints: readonly string[];
  /** Those for whom one digest was due. */
  readonly digests: readonly string[];
  readonly logged: readonly LoggedMessage[];
  readonly received: readonly ReceivedMessage[];
}

/**
 * Each outage is one incident, and so is each time in which the monitor is blind. Each contact point gets one message when
 * it begins and one when it ends, in this order.
 * Each digest is written once. Each message is received, and a repeated one has the same ID.
 */
export function judgeAlerts(history: AlertHistory): Violation[] {
  return [...judgeIncidents(history), ...judgeDigests(history), ...judgeMessages(history)];
}

function judgeDigests({ digests, logged }: AlertHistory): Violation[] {
  const written = logged.filter(({ kind }) => kind === 'digest');
  return [...new Set([...digests, ...written.map(({ contactPoint }) => contactPoint)])].flatMap((contactPoint) => {
    const [due, found] = [digests, written.map((one) => one.contactPoint)].map(
      (names) => names.filter((name) => name === contactPoint).length,
    );
    if (due === found) return [];
    return [
      { invariant: 'digests are sent once', what: `${found} digests to ${contactPoint}, of which ${due} were due` },
    ];
  });
}

function judgeIncidents({ outages, incidents, contactPoints, logged }: AlertHistory): Violation[] {
  const violations: Violation[] = [];
  for (const [store, count] of outages) {
    const found = incidents.filter((incident) => incident.store === store);
    if (found.length !== count)
      violations.push({
        invariant: 'transitions are told once',
        what: `store ${store} was down ${count} times and had ${found.length} incidents`,
      });
  }
  for (const { id, store, resolved } of incidents) {
    if (!(store === null || outages.has(store)) || !resolved)
      violations.push({ invariant: 'transitions are told once', what: `incident ${id} of store ${store} is open` });
    for (const contactPoint of contactPoints) {
      for (const kind of store === null ? ['blind', 'sight_returned'] : ['opened', 'resolved']) {
        const told = logged.filter(
          (one) => one.incident === id && one.kind === kind && one.contactPoint === contactPoint,
        );
        if (told.length !== 1)
          violations.push({
            invariant: 'transitions are told once',
            what: `${told.length} messages tell ${contactPoint} that incident ${id} is ${kind}`,
          });
      }
    }
  }
  return violations;
}

function judgeMessages({ logged, received }: AlertHistory): Violation[] {
  const violations: Violation[] = [];
  const known = new Map(logged.map((one) => [one.id, one]));
  const acceptedAt = new Map<string, number>();
  for (const { id, accepted, at, ...what } of received) {
    const one = known.get(id);
    if (one === undefined || nameOf(one) !== nameOf(what))
      violations.push({ invariant: 'messages are logged', what: `the log does not have ${nameOf(what)} as ${id}` });
    if (accepted) acceptedAt.set(id, Math.min(at, acceptedAt.get(id) ?? at));
  }
  for (const one of logged) {
    if (isSpared(one)) continue;
    const accepted = acceptedAt.get(one.id);
    if (one.status !== 'sent' || accepted === undefined)
      violations.push({
        invariant: 'messages arrive',
        what: `${nameOf(one)} is ${one.status}, and was ${accepted === undefined ? 'not ' : ''}accepted`,
      });
  }
  for (const { id, accepted: _, at, ...what } of received) {
    const begins = BEGINNINGS.get(what.kind);
    if (begins === undefined) continue;
    const beginning = logged.find((one) => nameOf(one) === nameOf({ ...what, kind: begins }));
    if (beginning !== undefined && isSpared(beginning)) continue;
    if (beginning === undefined || !((acceptedAt.get(beginning.id) ?? Number.POSITIVE_INFINITY) < at))
      violations.push({
        invariant: 'no recovery without alert',
        what: `${nameOf(what)} was sent as ${id} before its beginning was accepted`,
      });
  }
  return violations;
}

/** The kinds of messages about an end, and those about its beginning. */
const BEGINNINGS: ReadonlyMap<string, string> = new Map([
  ['resolved', 'opened'],
  ['sight_returned', 'blind'],
]);

/** One message says that the monitor was blind if the first could not be sent before it sees again. */
function isSpared({ kind, status }: LoggedMessage): boolean {
  return kind === 'blind' && status === 'cancelled';
}

function nameOf({ kind, incident, contactPoint }: Pick<LoggedMessage, 'kind' | 'incident' | 'contactPoint'>): string {
  return `"${kind}" of incident ${incident} to ${contactPoint}`;
}
