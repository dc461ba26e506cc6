import { canSeeAllStores, isAdmin, type Principal } from '../accounts/access.ts';
import { type AuditLog, actorOf } from '../accounts/audit.ts';
import { CURRENCIES } from '../domain/sales/currencies.ts';
import { amountFlaw } from '../domain/sales/money.ts';
import { checkAll, checkEach } from '../lib/checks.ts';
import { invalid, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { labelKeyFlaw } from '../lib/store-fields.ts';
import { excerpt } from '../lib/text.ts';
import type { ConstantRate, SalesRatesRecord } from '../storage/ports/sales-rates.ts';
import type { Storage } from '../storage/ports/storage.ts';

/** Rates by the names of the API. */
export interface GivenRates {
  readonly group_labels?: readonly string[] | undefined;
  readonly constants?: readonly GivenConstant[] | undefined;
}

export interface GivenConstant {
  /** As `key:value`. */
  readonly label: string;
  readonly amount_per_hour: string;
  readonly currency: string;
}

interface SalesSettingsParts {
  readonly storage: Pick<Storage, 'salesRates'>;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly now: () => number;
}

export const MOST_GROUP_LABELS = 5;
export const MOST_CONSTANTS = 500;

/** What the sales of stores without sales of their own are taken to be. Operators see it, and admins set it. */
export class SalesSettings {
  readonly #parts: SalesSettingsParts;

  constructor(parts: SalesSettingsParts) {
    this.#parts = parts;
  }

  /** @throws UserError `forbidden` for owners */
  async get(principal: Principal): Promise<SalesRatesRecord> {
    if (canSeeAllStores(principal)) return this.#parts.storage.salesRates.rates();
    throw new UserError('forbidden', 'the sales rates are for operators and admins: they are about all stores');
  }

  /**
   * Sets what is given; the rest stays.
   *
   * @param expected the version that the caller has read; `undefined`: any
   * @throws UserError `invalid_input`, `forbidden` for all but admins, `precondition_failed`
   */
  async change(principal: Principal, given: GivenRates, expected: number | undefined): Promise<SalesRatesRecord> {
    if (!isAdmin(principal)) {
      throw new UserError('forbidden', 'the sales rates are for admins to set');
    }
    const { storage, audit, now } = this.#parts;
    if (given.group_labels === undefined && given.constants === undefined) {
      throw invalid('nothing is changed, expected group_labels, constants or both', 'group_labels');
    }
    const checked = checkAll({
      groupLabels: () => given.group_labels && keysFrom(given.group_labels),
      constants: () => given.constants && constantsFrom(given.constants),
    });
    return storage.salesRates.changing(async (changes) => {
      const before = await changes.rates();
      refuseOtherVersion('the sales rates', before.version, expected);
      const after: SalesRatesRecord = {
        groupLabels: checked.groupLabels ?? before.groupLabels,
        constants: checked.constants ?? before.constants,
        ...{ version: before.version + 1, changedAt: now() },
      };
      await changes.save(after);
      const detail = { group_labels: after.groupLabels, constants: after.constants.map(wordsOf) };
      const subject = { kind: 'setting', id: 'sales_rates' } as const;
      await changes.addAudit(audit.entry(actorOf(principal), 'setting.changed', subject, detail));
      return after;
    });
  }
}

function wordsOf({ label, amount, currency }: ConstantRate): string {
  return `${label.join(':')} ${amount} ${currency}`;
}

function keysFrom(keys: readonly string[]): readonly string[] {
  if (keys.length > MOST_GROUP_LABELS) {
    throw invalid(`group_labels has ${keys.length} values, expected at most ${MOST_GROUP_LABELS}`, 'group_labels');
  }
  for (const [i, key] of keys.entries()) {
    const flaw = labelKeyFlaw(key);
    if (flaw !== undefined) throw invalid(`group_labels has "${excerpt(key)}", whose label ${flaw}`, 'group_labels');
    if (keys.slice(0, i).some((other) => other.toLowerCase() === key.toLowerCase())) {
      throw invalid(`group_labels has "${excerpt(key)}" twice, expected different labels`, 'group_labels');
    }
  }
  return keys;
}

function constantsFrom(given: readonly GivenConstant[]): readonly ConstantRate[] {
  if (given.length > MOST_CONSTANTS) {
    throw invalid(`constants has ${given.length} items, expected at most ${MOST_CONSTANTS}`, 'constants');
  }
  return checkEach(given.map((constant, i) => () => constantFrom(constant, `constants[${i}]`)));
}

function constantFrom({ label, amount_per_hour: amount, currency: code }: GivenConstant, field: string): ConstantRate {
  const colon = label.indexOf(':');
  if (colon <= 0) {
    throw invalid(`${field}.label is "${excerpt(label)}", expected a label as key:value, such as brand:Bella`, field);
  }
  const currency = code.toUpperCase();
  if (!CURRENCIES.has(currency)) {
    throw invalid(`${field}.currency is "${excerpt(code)}", expected a code of ISO 4217 such as USD`, field);
  }
  const flaw = amountFlaw(amount, currency);
  if (flaw !== undefined) throw invalid(`${field}.amount_per_hour "${excerpt(amount)}" ${flaw}`, field);
  return { label: [label.slice(0, colon), label.slice(colon + 1)], amount, currency };
}
