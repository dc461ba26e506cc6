import { latestInstant } from '../domain/future.ts';
import { isStale } from '../domain/staleness.ts';
import { newId } from '../lib/world/random.ts';
import type { IncidentRecord } from '../storage/ports/alerts.ts';
import type { CoverageGap } from '../storage/ports/coverage-gaps.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { Draft } from './draft.ts';
import { NEW_INCIDENT } from './new-incident.ts';

export interface SightParts {
  readonly storage: Pick<Storage, 'gaps' | 'snapshot'>;
  /** Whether this installation fetches polls itself: it probes stores or syncs sources. */
  readonly live: boolean;
  /** Whether a gap means that nothing can be observed. */
  readonly isBlinding: (gap: CoverageGap) => boolean;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
}

/** The name of the incidents of the monitor itself, which no rule opens. */
export const MONITORING = 'Monitoring';

/**
 * Polls that others send have stopped if the newest is younger than this, in milliseconds. With an older one, the
 * database more likely holds history that was imported once.
 */
const RECENTLY = 24 * 3_600_000;

/**
 * Opens an incident when the monitor itself cannot observe stores, and ends it when it can again. Returns whether it
 * can: while it cannot, nothing is known about stores, and no messages about them are sent.
 */
export async function stepSight(draft: Draft, parts: SightParts): Promise<boolean> {
  const open = draft.open().find(isBlindness);
  const since = await sinceWhen(draft.now, open !== undefined, parts);
  if (since !== undefined && open === undefined) {
    const id = newId();
    draft.add({
      ...NEW_INCIDENT,
      ...{ id, ruleId: undefined, ruleName: MONITORING, severity: 'page', storeId: undefined, kind: 'blind' },
      ...{ since, openedAt: draft.now, groupId: id },
    });
  } else if (since === undefined && open !== undefined) {
    draft.change(open.id, { resolvedAt: draft.now, upAt: draft.now, resolution: 'recovered' });
    draft.note(open.id, 'resolved', { resolution: 'recovered' });
    // One message says both if the first could not be sent, as without a network.
    draft.cancelMessages(open.id, 'the monitor can observe stores again');
  }
  return since === undefined;
}

/** How many polls were missed in a stretch of blindness. */
export async function missedPolls({ storage }: Pick<SightParts, 'storage'>, from: number, to: number): Promise<number> {
  const gaps = await storage.gaps.list(from, to);
  return gaps.reduce((sum, { unobserved }) => sum + unobserved, 0);
}

/** Whether nothing can be observed at `now`, in milliseconds: what an evaluation at that time would find. */
export async function isBlind(
  now: number,
  parts: SightParts & { readonly storage: Pick<Storage, 'alerts'> },
): Promise<boolean> {
  const incidents = await parts.storage.alerts.liveIncidents();
  return (await sinceWhen(now, incidents.some(isBlindness), parts)) !== undefined;
}

function isBlindness({ kind }: Pick<IncidentRecord, 'kind'>): boolean {
  return kind === 'blind';
}

/**
 * Since when nothing can be observed, milliseconds; `undefined`: it can.
 *
 * @param blind whether nothing could be observed at the last evaluation: then only new polls end it
 */
async function sinceWhen(
  now: number,
  blind: boolean,
  { storage, live, isBlinding, pollInterval }: SightParts,
): Promise<number | undefined> {
  const gap = (await storage.gaps.list(now, now + 1)).find(isBlinding);
  if (gap !== undefined) return gap.from;
  const latest = await storage.snapshot((snapshot) => snapshot.latestPoll(latestInstant(now)));
  if (latest === undefined || !isStale(latest, now, pollInterval)) return undefined;
  return live || blind || now - latest < RECENTLY ? latest : undefined;
}
