import { addTo } from '../lib/lists.ts';
import type { AlertRuleRecord } from '../storage/ports/alerts.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { States } from '../stores/states.ts';
import { appliesTo } from './store-incidents.ts';

/** A label with its value; both texts empty: all stores. */
export interface LabelValue {
  readonly label: string;
  readonly value: string;
}

/** The stores of a rule that are scheduled open and observed. */
export class ObservedStores {
  readonly #rule: AlertRuleRecord;
  readonly #states: States;
  readonly #all: readonly StoreEntry[];
  readonly #byValue = new Map<string, Map<string, StoreEntry[]>>();

  /** Takes time in proportion to the stores. */
  constructor(rule: AlertRuleRecord, entries: readonly StoreEntry[], states: States) {
    this.#rule = rule;
    this.#states = states;
    this.#all = entries.filter((store) => this.has(store));
    for (const store of this.#all) {
      for (const [label, value] of Object.entries(store.labels)) {
        const values = this.#byValue.get(label) ?? new Map<string, StoreEntry[]>();
        this.#byValue.set(label, values);
        addTo(values, value, store);
      }
    }
  }

  has(store: StoreEntry): boolean {
    if (!appliesTo(this.#rule, store)) return false;
    const { state } = this.#states.of(store);
    return state === 'online' || state === 'offline';
  }

  /** Those with a label value; the same list in every call. */
  with({ label, value }: LabelValue): readonly StoreEntry[] {
    return label === '' ? this.#all : (this.#byValue.get(label)?.get(value) ?? []);
  }
}

/** The observed stores of rules, kept as long as nothing that they depend on changes. */
const known = new WeakMap<States, WeakMap<readonly StoreEntry[], Map<string, ObservedStores>>>();

/** @param entries all stores: the same list as long as none changes */
export function observedStores(rule: AlertRuleRecord, entries: readonly StoreEntry[], states: States): ObservedStores {
  const ofStates = known.get(states) ?? new WeakMap<readonly StoreEntry[], Map<string, ObservedStores>>();
  known.set(states, ofStates);
  const ofRules = ofStates.get(entries) ?? new Map<string, ObservedStores>();
  ofStates.set(entries, ofRules);
  const key = JSON.stringify([rule.enabled, rule.labels]);
  const observed = ofRules.get(key) ?? new ObservedStores(rule, entries, states);
  ofRules.set(key, observed);
  return observed;
}
