import type { Principal } from '../accounts/access.ts';
import { type Actor, type AuditLog, actorOf } from '../accounts/audit.ts';
import { type EscalationStep, stepFaults } from '../domain/alerts/escalation.ts';
import type { Severity } from '../domain/alerts/facts.ts';
import { type Grouping, groupingFaults } from '../domain/alerts/grouping.ts';
import { type AlertRule, type RuleFault, ruleFaults } from '../domain/alerts/rule.ts';
import { notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { newId } from '../lib/world/random.ts';
import type { AlertChanges, AlertRuleRecord } from '../storage/ports/alerts.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreDirectory } from '../stores/directory.ts';
import { hasLabels, labelMatcher, labelOf } from '../stores/labels.ts';
import { NO_OWNER, type ReachParts, reachOf, reachParts, reachProblems } from './unreached.ts';

/** What a caller says of a rule. */
export interface GivenRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  readonly rule: AlertRule;
  readonly grouping: Grouping;
  readonly steps: readonly EscalationStep[];
}

export interface RuleServiceParts {
  readonly storage: Pick<Storage, 'accounts' | 'alerts' | 'contactPoints'>;
  readonly directory: StoreDirectory;
  readonly audit: Pick<AuditLog, 'entry'>;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
  /** Called after a change. */
  readonly onChanged: () => void;
}

/** More rules would make each evaluation slow. */
const MOST_RULES = 200;

/** The alert rules. Owners can do nothing with them: a rule is about the stores of others, too. */
export class RuleService {
  readonly #parts: RuleServiceParts;

  constructor(parts: RuleServiceParts) {
    this.#parts = parts;
  }

  /** All rules, in the order in which they were created. @throws UserError `forbidden` for owners */
  async list(principal: Principal): Promise<AlertRuleRecord[]> {
    refuseOwner(principal);
    return this.#parts.storage.alerts.rules();
  }

  /** @throws UserError `forbidden` for owners, `not_found` */
  async get(principal: Principal, id: string): Promise<AlertRuleRecord> {
    refuseOwner(principal);
    return found(await this.#parts.storage.alerts.rule(id), id);
  }

  /** What is wrong with whom each of these rules notifies, as sentences: contact points may be disabled later than the rule is saved. */
  async problems(rules: readonly AlertRuleRecord[]): Promise<string[][]> {
    const parts = await this.#reachParts();
    return Promise.all(rules.map((rule) => reachProblems(parts, rule)));
  }

  /** @throws UserError `forbidden` for owners, `invalid_input` as `check` does, `conflict` when there are too many */
  async add(principal: Principal, given: GivenRule): Promise<AlertRuleRecord> {
    refuseOwner(principal);
    await this.check(given, 'save');
    const rule: AlertRuleRecord = { ...given, id: newId(), version: 1, createdAt: this.#parts.now() };
    await this.#changing(actorOf(principal), 'alert_rule.created', async (changes) => {
      if ((await changes.rules()).length >= MOST_RULES) {
        throw new UserError(
          'conflict',
          `there are ${MOST_RULES} alert rules, the most there can be; remove some first`,
        );
      }
      refuseFaults(await recipientFaults(await this.#reachParts(changes), rule));
      await changes.saveRules([rule]);
      return rule;
    });
    return rule;
  }

  /**
   * Changes a rule as a whole.
   *
   * @param expected the version that the caller has read; `undefined`: any
   * @throws UserError as `add` does; `not_found`, `precondition_failed`
   */
  async change(
    principal: Principal,
    id: string,
    change: (before: AlertRuleRecord) => GivenRule,
    expected: number | undefined,
  ): Promise<AlertRuleRecord> {
    refuseOwner(principal);
    const known = await this.get(principal, id);
    await this.check(change(known), 'save');
    return this.#changing(actorOf(principal), 'alert_rule.changed', async (changes) => {
      const before = found(await changes.rule(id), id);
      // What was checked is what is saved.
      refuseOtherVersion('the alert rule', before.version, expected ?? known.version);
      const { createdAt, version } = before;
      const rule = { ...change(before), id, createdAt, version: version + 1 };
      refuseFaults(await recipientFaults(await this.#reachParts(changes), rule));
      await changes.saveRules([rule]);
      return rule;
    });
  }

  /** Removes a rule; its incidents end. @throws UserError `forbidden` for owners, `not_found`, `precondition_failed` */
  async remove(principal: Principal, id: string, expected: number | undefined): Promise<void> {
    refuseOwner(principal);
    await this.#changing(actorOf(principal), 'alert_rule.deleted', async (changes) => {
      const rule = found(await changes.rule(id), id);
      refuseOtherVersion('the alert rule', rule.version, expected);
      await changes.removeRule(id);
      return rule;
    });
  }

  /**
   * Refuses a rule that could never alert, or would notify nobody.
   *
   * @param purpose `test`: owners may still be missing, since they can be added before the rule is saved
   * @throws UserError `invalid_input` with every reason
   */
  async check(given: GivenRule, purpose: 'save' | 'test'): Promise<void> {
    const { name, labels, rule, grouping, steps } = given;
    const faults = [...ruleFaults(rule), ...groupingFaults(grouping), ...stepFaults(steps)];
    const add = (field: string, message: string) => faults.push({ field, message });
    if (name.trim() === '') add('name', 'name is empty, expected a text');
    const { entries } = await this.#parts.directory.current();
    const wanted = Object.entries(labels);
    if (wanted.length > 0 && !entries.some((store) => hasLabels(store, wanted))) {
      const texts = wanted.map((label) => `"${label.join(':')}"`);
      const meant = entries.find(labelMatcher(wanted));
      const spelled = meant === undefined ? [] : wanted.map(([key]) => `"${key}:${labelOf(meant.labels, key)}"`);
      const hint = spelled.length === 0 ? '' : `; did you mean ${spelled.join(', ')}?`;
      add('labels', `there is no store with the labels ${texts.join(', ')}, so the rule would never alert${hint}`);
    }
    for (const label of grouping.by) {
      if (entries.some((store) => Object.hasOwn(store.labels, label))) continue;
      add('group_by', `group_by has "${label}", which no store has as a label`);
    }
    faults.push(...(await recipientFaults(await this.#reachParts(), given, purpose)));
    refuseFaults(faults);
  }

  /** @param changes of a transaction; the storage otherwise */
  #reachParts(changes?: AlertChanges): Promise<ReachParts> {
    const { storage, directory } = this.#parts;
    const { accounts, contactPoints } = changes ?? storage;
    return reachParts({ accounts, contactPoints, alerts: changes ?? storage.alerts }, directory);
  }

  async #changing(
    actor: Actor,
    action: string,
    work: (changes: AlertChanges) => Promise<AlertRuleRecord>,
  ): Promise<AlertRuleRecord> {
    const { storage, audit, onChanged } = this.#parts;
    const rule = await storage.alerts.changing(async (changes) => {
      const changed = await work(changes);
      const subject = { kind: 'alert_rule', id: changed.id };
      await changes.addAudit(audit.entry(actor, action, subject, { name: changed.name, enabled: changed.enabled }));
      return changed;
    });
    onChanged();
    return rule;
  }
}

async function recipientFaults(
  parts: ReachParts,
  rule: Pick<GivenRule, 'steps' | 'labels'>,
  purpose: 'save' | 'test' = 'save',
): Promise<RuleFault[]> {
  const { unreached, ownerless, nobody } = await reachOf(parts, rule);
  const faults = unreached.map(({ step, words }) => {
    const field = `steps.${step}.contact_points`;
    return { field, message: `${field} has ${words}, expected contact points that get messages` };
  });
  if (!nobody || unreached.length > 0 || purpose === 'test') return faults;
  return ownerless.map((step) => {
    const field = `steps.${step}.owners`;
    return { field, message: `${field} is true, but ${NO_OWNER}, so the rule would notify nobody` };
  });
}

/** @throws UserError `invalid_input` with every reason, if there is one */
function refuseFaults(faults: readonly RuleFault[]): void {
  if (faults.length === 0) return;
  throw new UserError('invalid_input', faults.map(({ message }) => message).join('; '), { faults });
}

function found(rule: AlertRuleRecord | undefined, id: string): AlertRuleRecord {
  if (rule === undefined) throw notFound(`there is no alert rule with the id "${id}"`);
  return rule;
}

/** @throws UserError `forbidden` for owners */
export function refuseOwner(principal: Principal): void {
  if (principal.kind === 'open' || principal.role !== 'owner') return;
  throw new UserError('forbidden', 'alert rules are for operators and admins');
}
