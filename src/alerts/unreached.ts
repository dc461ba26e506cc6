import type { EscalationStep } from '../domain/alerts/escalation.ts';
import { lazily } from '../lib/lazy.ts';
import { counted } from '../lib/text.ts';
import type { AlertChanges, AlertReader, AlertRuleRecord } from '../storage/ports/alerts.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreDirectory, StoreEntry } from '../stores/directory.ts';
import { hasLabels } from '../stores/labels.ts';

export interface ReachParts extends Pick<AlertChanges, 'accounts' | 'contactPoints'> {
  readonly stores: readonly StoreEntry[];
  /** The stores with an owner who can be notified; read once for all rules. */
  readonly withOwner: () => Promise<ReadonlySet<string>>;
}

/** What rules are looked at with, as it is now. */
export async function reachParts(
  { accounts, alerts, contactPoints }: Pick<AlertChanges, 'accounts' | 'contactPoints'> & { readonly alerts: Owners },
  directory: Pick<StoreDirectory, 'current'>,
): Promise<ReachParts> {
  const { entries: stores } = await directory.current();
  const withOwner = lazily(async () => new Set(await alerts.storesWithNotifiedOwner()));
  return { accounts, contactPoints, stores, withOwner };
}

type Owners = Pick<AlertReader, 'storesWithNotifiedOwner'>;

/** A contact point of a step that gets no messages. */
export interface Unreached {
  /** The position of the step. */
  readonly step: number;
  /** In words, beginning with the contact point: `"Kitchen", which is disabled`. */
  readonly words: string;
}

/** Whom the steps of a rule do not reach. */
export interface Reach {
  /** The contact points that get no messages: those that are gone or disabled, and those of disabled users. */
  readonly unreached: readonly Unreached[];
  /** The positions of the steps that notify owners, while no store of the rule has an owner with a contact point. */
  readonly ownerless: readonly number[];
  /** No step reaches anybody. */
  readonly nobody: boolean;
}

/** Whom a rule reaches now. */
export async function reachOf(
  parts: ReachParts,
  { steps, labels }: Pick<AlertRuleRecord, 'steps' | 'labels'>,
): Promise<Reach> {
  const unreached = await unreachedBy(parts, steps);
  const asksOwners = steps.flatMap(({ owners }, step) => (owners ? [step] : []));
  const ownerless = asksOwners.length === 0 || (await reachesOwners(parts, labels)) ? [] : asksOwners;
  const nobody = steps.every(
    ({ owners, contactPoints }, i) =>
      (!owners || ownerless.includes(i)) && contactPoints.length === unreached.filter(({ step }) => step === i).length,
  );
  return { unreached, ownerless, nobody };
}

/** What is wrong with whom a rule notifies, as sentences; empty for one that is disabled. */
export async function reachProblems(parts: ReachParts, rule: AlertRuleRecord): Promise<string[]> {
  if (!rule.enabled) return [];
  const { unreached, ownerless, nobody } = await reachOf(parts, rule);
  return [
    ...(nobody ? ['it notifies nobody'] : []),
    ...unreached.map(({ words }) => `it does not reach ${words}`),
    ...(ownerless.length > 0 ? [`it does not reach owners: ${NO_OWNER}`] : []),
  ];
}

/** Why owners are not notified. */
export const NO_OWNER = 'no store of the rule has an owner with an enabled contact point';

/** A warning, without names, if enabled rules notify nobody. */
export async function silentRules(
  storage: Pick<Storage, 'accounts' | 'alerts' | 'contactPoints'>,
  directory: Pick<StoreDirectory, 'current'>,
): Promise<string[]> {
  const parts = await reachParts(storage, directory);
  let silent = 0;
  for (const rule of await storage.alerts.rules()) {
    if (rule.enabled && (await reachOf(parts, rule)).nobody) silent++;
  }
  if (silent === 0) return [];
  return [`${counted(silent, 'enabled alert rule notifies', 'enabled alert rules notify')} nobody`];
}

async function unreachedBy(
  { accounts, contactPoints: points }: ReachParts,
  steps: readonly EscalationStep[],
): Promise<Unreached[]> {
  const found: Unreached[] = [];
  for (const [step, { contactPoints }] of steps.entries()) {
    for (const id of contactPoints) {
      const point = await points.contactPoint(id);
      const user = point?.userId === undefined ? undefined : await accounts.user(point.userId);
      if (point === undefined) found.push({ step, words: `"${id}", which does not exist` });
      else if (!point.enabled) found.push({ step, words: `"${point.name}", which is disabled` });
      else if (user?.disabled) found.push({ step, words: `"${point.name}", of ${user.login}, who is disabled` });
    }
  }
  return found;
}

/** Whether an owner of a store with these labels can be notified. */
async function reachesOwners({ stores, withOwner }: ReachParts, labels: AlertRuleRecord['labels']): Promise<boolean> {
  const owned = await withOwner();
  const wanted = Object.entries(labels);
  return owned.size > 0 && stores.some((store) => owned.has(store.id) && hasLabels(store, wanted));
}
