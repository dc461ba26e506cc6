import { type Principal, userIdOf } from '../accounts/access.ts';
import { type Actor, type AuditLog, actorOf } from '../accounts/audit.ts';
import { isText, nameFrom } from '../accounts/fields.ts';
import { type Page, type PageRequest, readPage } from '../accounts/pages.ts';
import { refuseSilenced } from '../accounts/silenced-rules.ts';
import type { NotificationFacts } from '../domain/alerts/facts.ts';
import { checkAll } from '../lib/checks.ts';
import { refuseOtherVersion, UserError } from '../lib/errors.ts';
import { counted } from '../lib/text.ts';
import { newId } from '../lib/world/random.ts';
import type {
  ContactPointChanges,
  ContactPointFilter,
  ContactPointPlace,
  ContactPointReader,
  ContactPointRecord,
  Digest,
} from '../storage/ports/contact-points.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { Channel } from './channel.ts';
import { type DigestDraft, digestFrom, isSameDigest } from './digest.ts';
import {
  type AllowsAddress,
  type ContactPointChange,
  channelFrom,
  quietHoursFrom,
  settingsFrom,
  templateFrom,
  zoneFrom,
} from './draft.ts';
import type { Sealer, StoredSettings } from './sealer.ts';

/** The most contact points of a user, and of the team. */
const MOST = { own: 50, team: 500 };
/** A contact point is tested once in this time, so that nobody can flood an address; milliseconds. */
const TEST_INTERVAL = 30_000;

export interface ContactPointDraft extends ContactPointChange {
  readonly name: string;
  readonly channel: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whether it belongs to the team; otherwise, to the user who creates it. */
  readonly team: boolean;
}

interface ContactPointsParts {
  readonly storage: Pick<Storage, 'contactPoints' | 'deliveries'>;
  readonly sealer: Sealer;
  readonly audit: AuditLog;
  readonly now: () => number;
  readonly allows: AllowsAddress;
  /** Whether there is a mail server. */
  readonly canMail: boolean;
  /** Announces a delivery. */
  readonly onDelivery: () => void;
}

/** Whose contact points a principal can see and change: its own, and unless it is an owner, those of the team. */
export function contactPointsOf(principal: Principal): ContactPointFilter {
  if (principal.kind === 'open') return { team: true };
  return { userId: principal.userId, team: principal.role !== 'owner' };
}

/** Where messages reach users and the team. */
export class ContactPoints {
  readonly #parts: ContactPointsParts;

  constructor(parts: ContactPointsParts) {
    this.#parts = parts;
  }

  /** Oldest first. */
  list(
    principal: Principal,
    page: PageRequest<ContactPointPlace>,
  ): Promise<Page<ContactPointRecord, ContactPointPlace>> {
    const { contactPoints } = this.#parts.storage;
    return readPage(
      page,
      (after, limit) => contactPoints.contactPoints(contactPointsOf(principal), after, limit),
      ({ createdAt, id }) => ({ createdAt, id }),
    );
  }

  /** @throws UserError `not_found` */
  get(principal: Principal, id: string): Promise<ContactPointRecord> {
    return found(this.#parts.storage.contactPoints, principal, id);
  }

  /**
   * @throws UserError `invalid_input` naming the value; `forbidden` for one of the team; `conflict` beyond the number that
   *   a user or the team can have, without a mail server, and for secrets without `SECRET_KEY`
   */
  async add(principal: Principal, draft: ContactPointDraft): Promise<ContactPointRecord> {
    const { storage, sealer, now, allows } = this.#parts;
    const userId = draft.team ? undefined : userIdOf(principal);
    refuseOwner(principal, draft.team);
    const channel = channelFrom(draft.channel);
    this.#refuseMail(channel);
    const id = newId();
    const { values, template, ...checked } = checkAll({
      values: () => settingsFrom(channel, draft.settings, allows),
      template: () => (draft.template ? templateFrom(draft.template) : undefined),
      name: () => nameFrom(draft.name),
      zone: () => zoneFrom(draft.zone ?? 'UTC'),
      quietHours: () => (draft.quietHours ? quietHoursFrom(draft.quietHours) : undefined),
      digest: () => (draft.digest ? digestFrom(draft.digest, now()) : undefined),
    });
    const { open, secrets } = sealer.divide(channel, id, values);
    const settings: StoredSettings = { values: open, target: channel.target(values as never), template };
    const point = {
      ...{ id, userId, channel: channel.kind, settings, secrets, createdAt: now() },
      ...{ ...checked, enabled: draft.enabled ?? true },
    };
    return storage.contactPoints.changing(async (changes) => {
      await refuseMore(changes, userId);
      await changes.addContactPoint(point);
      const added = { ...point, notice: undefined, version: 1 };
      await this.#note(changes, actorOf(principal), 'contact_point.created', added);
      return added;
    });
  }

  /**
   * Changes what is given, and enables one that was disabled by itself if it is changed in any way but to `enabled: false`.
   *
   * @param version the one that the caller has seen; `undefined`: any
   * @throws UserError as `add`; `not_found`; `precondition_failed`
   */
  change(
    principal: Principal,
    id: string,
    change: ContactPointChange,
    version: number | undefined,
  ): Promise<ContactPointRecord> {
    return this.#parts.storage.contactPoints.changing(async (changes) => {
      const before = await found(changes, principal, id);
      refuseOtherVersion(`the contact point ${id}`, before.version, version);
      const after = this.#changed(before, change);
      await changes.changeContactPoint(after);
      await this.#note(changes, actorOf(principal), 'contact_point.changed', after);
      return { ...after, notice: undefined, version: before.version + 1 };
    });
  }

  /**
   * Removes a contact point; messages to it that are waiting are canceled.
   *
   * @throws UserError `not_found`; `conflict` while an alert rule uses it
   */
  async remove(principal: Principal, id: string): Promise<void> {
    const { storage, now } = this.#parts;
    await storage.contactPoints.changing(async (changes) => {
      const point = await found(changes, principal, id);
      refuseSilenced(`the contact point "${point.name}"`, await changes.alertRulesOf(id));
      await changes.removeContactPoint(id, now());
      await this.#note(changes, actorOf(principal), 'contact_point.deleted', point);
    });
  }

  /**
   * Sends a test message in the same way as every other one; returns the ID of its delivery.
   *
   * @throws UserError `not_found`; `conflict` when it is disabled; `too_many_requests` soon after another test
   */
  async test(principal: Principal, id: string): Promise<string> {
    const { storage, now, onDelivery } = this.#parts;
    const point = await this.get(principal, id);
    if (!point.enabled) {
      throw new UserError('conflict', `the contact point "${point.name}" is disabled; enable it to send a test`);
    }
    const [deliveryId, at] = [newId(), now()];
    await this.#refuseSoon(principal, id, at);
    const facts: NotificationFacts = {
      ...{ kind: 'test', severity: 'notice', at, stores: [], more: 0, canAcknowledge: false, page: '/contact-points' },
    };
    await storage.deliveries.adding((changes) =>
      changes.addDelivery({
        ...{ id: deliveryId, key: `test.${deliveryId}`, contactPointId: id, kind: 'test', facts },
        ...{ notBefore: at, createdAt: at },
      }),
    );
    onDelivery();
    return deliveryId;
  }

  async #refuseSoon(principal: Principal, contactPointId: string, at: number): Promise<void> {
    const tests = { whose: contactPointsOf(principal), contactPointId, kind: 'test' } as const;
    const [last] = await this.#parts.storage.deliveries.deliveries(tests, undefined, 1);
    const wait = last === undefined ? 0 : last.createdAt + TEST_INTERVAL - at;
    if (wait <= 0) return;
    const retryAfter = Math.ceil(wait / 1_000);
    throw new UserError(
      'too_many_requests',
      `this contact point was just tested; it can be tested again in ${counted(retryAfter, 'second')}`,
      { retryAfter },
    );
  }

  #changed(before: ContactPointRecord, change: ContactPointChange): ContactPointRecord {
    const { sealer, allows } = this.#parts;
    const {
      name,
      settings,
      zone,
      quietHours,
      digest,
      enabled = before.notice === undefined ? before.enabled : true,
    } = change;
    const stored = before.settings as StoredSettings;
    const channel = channelFrom(before.channel);
    const { values, template, ...checked } = checkAll({
      // Secrets that cannot be decrypted anymore have to be given again.
      values: () =>
        settings && settingsFrom(channel, { ...(sealer.settingsOf(before) ?? stored.values), ...settings }, allows),
      template: () => (change.template ? templateFrom(change.template) : change.template),
      name: () => (name === undefined ? before.name : nameFrom(name)),
      zone: () => (zone === undefined ? before.zone : zoneFrom(zone)),
      quietHours: () => (quietHours ? quietHoursFrom(quietHours) : quietHours === null ? undefined : before.quietHours),
      digest: () => (digest === undefined ? before.digest : this.#digestAfter(before.digest, digest)),
    });
    const kept = template === undefined ? stored.template : (template ?? undefined);
    const after = { ...before, ...checked, enabled, settings: { ...stored, template: kept } };
    if (values === undefined) return after;
    const { open, secrets } = sealer.divide(channel, before.id, values);
    return { ...after, secrets, settings: { values: open, target: channel.target(values as never), template: kept } };
  }

  /** A digest at unchanged times goes on as before. */
  #digestAfter(before: Digest | undefined, change: DigestDraft | null): Digest | undefined {
    if (change === null) return undefined;
    const after = digestFrom(change, this.#parts.now());
    return isSameDigest(before, after) ? before : after;
  }

  #refuseMail({ kind }: Channel): void {
    if (kind !== 'mail' || this.#parts.canMail) return;
    throw new UserError('conflict', 'no mail server is configured: set SMTP_URL on the server first');
  }

  #note(changes: ContactPointChanges, actor: Actor, action: string, point: ContactPointRecord): Promise<void> {
    const { id, name, channel, userId, enabled, settings } = point;
    const detail = { name, channel, team: userId === undefined, enabled, target: (settings as StoredSettings).target };
    return changes.addAudit(this.#parts.audit.entry(actor, action, { kind: 'contact_point', id }, detail));
  }
}

/** @throws UserError `not_found`, also for a contact point of another user */
async function found(reader: ContactPointReader, principal: Principal, id: string): Promise<ContactPointRecord> {
  const point = isText(id) ? await reader.contactPoint(id) : undefined;
  const { userId, team } = contactPointsOf(principal);
  if (point !== undefined && (point.userId === undefined ? team : point.userId === userId)) return point;
  throw new UserError('not_found', `there is no contact point ${id.slice(0, 100)}`);
}

function refuseOwner(principal: Principal, team: boolean): void {
  if (team && !contactPointsOf(principal).team) {
    throw new UserError('forbidden', 'contact points of the team are for operators and admins; create your own');
  }
  if (team || principal.kind !== 'open') return;
  throw new UserError('conflict', 'there are no users yet, so a contact point can only belong to the team');
}

async function refuseMore(changes: ContactPointChanges, userId: string | undefined): Promise<void> {
  const whose = userId === undefined ? { team: true } : { userId, team: false };
  const most = userId === undefined ? MOST.team : MOST.own;
  if ((await changes.countContactPoints(whose)) < most) return;
  const who = userId === undefined ? 'the team has' : 'you have';
  throw new UserError('conflict', `${who} ${most} contact points already; remove one first`);
}
