import { type Signal, useSignal } from '@preact/signals';
import { call } from '../state/api.ts';
import { faultOf } from '../state/field-errors.ts';
import { useLoad } from '../state/load.ts';
import { Field } from './field.tsx';
import { Icon } from './icons.tsx';
import './store-fields.css';

/** A label while it is edited. */
export type LabelRow = readonly [key: string, value: string];

/** What can be said of a store, as text that is edited. */
export interface StoreDraft {
  readonly name: Signal<string>;
  readonly zone: Signal<string>;
  readonly probeUrl: Signal<string>;
  readonly labels: Signal<readonly LabelRow[]>;
}

interface Saved {
  readonly name: string | null;
  readonly time_zone: string;
  readonly zone_is_default: boolean;
  readonly zone_known: boolean;
  readonly probe_url: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** @param store whose values the fields have at first; `undefined`: a new store */
export function useStoreDraft(store?: Saved): StoreDraft {
  return {
    name: useSignal(store?.name ?? ''),
    zone: useSignal(store === undefined || store.zone_is_default || !store.zone_known ? '' : store.time_zone),
    probeUrl: useSignal(store?.probe_url ?? ''),
    labels: useSignal<readonly LabelRow[]>(Object.entries(store?.labels ?? {})),
  };
}

/** The draft as the API takes it; an empty text clears a value. */
export function bodyOf({ name, zone, probeUrl, labels }: StoreDraft) {
  const pairs = labels.value.map(([key, value]) => [key.trim(), value.trim()] as const);
  return {
    name: name.value.trim() || null,
    time_zone: zone.value.trim() || null,
    probe_url: probeUrl.value.trim() || null,
    labels: Object.fromEntries(pairs.filter(([key, value]) => key !== '' || value !== '')),
  };
}

/** @param error why saving failed, shown at the field that it is about */
export function StoreFields({ draft, error }: { readonly draft: StoreDraft; readonly error: unknown }) {
  return (
    <>
      <Field label="Name" value={draft.name} autoComplete="off" wrong={faultOf(error, 'name')} />
      <ZoneField
        value={draft.zone}
        hint="A changed time zone applies from now on. Reports on earlier times do not change."
        wrong={faultOf(error, 'time_zone')}
      />
      <LabelFields labels={draft.labels} wrong={faultOf(error, 'labels')} />
      <Field
        label="Probe URL"
        value={draft.probeUrl}
        autoComplete="off"
        hint="The address that the poller requests for this store, http or https. Leave empty to use the URL for all stores."
        wrong={faultOf(error, 'probe_url')}
      />
    </>
  );
}

interface ZoneProps {
  readonly value: Signal<string>;
  readonly hint?: string;
  readonly wrong?: string | undefined;
}

/** A time zone by name, with suggestions. */
export function ZoneField({ value, hint, wrong }: ZoneProps) {
  const zones = useLoad('zones', (signal) => call('GET /api/v1/zones', { signal }));
  return (
    <Field
      label="Time zone"
      value={value}
      autoComplete="off"
      placeholder="America/Chicago"
      options={zones.data?.names}
      hint={hint}
      wrong={wrong}
    />
  );
}

interface LabelProps {
  readonly labels: Signal<readonly LabelRow[]>;
  readonly wrong: string | undefined;
}

/** Labels as pairs of key and value. */
export function LabelFields({ labels, wrong }: LabelProps) {
  const set = (at: number, row: LabelRow) => {
    labels.value = labels.value.map((old, i) => (i === at ? row : old));
  };
  return (
    <fieldset class="field label-fields">
      <legend class="legend">Labels</legend>
      {labels.value.map(([key, value], i) => (
        <div class="label-field" key={i}>
          <input
            aria-label={`Label ${i + 1}`}
            placeholder="city"
            value={key}
            onInput={({ currentTarget }) => set(i, [currentTarget.value, value])}
          />
          <input
            aria-label={`Value of label ${i + 1}`}
            placeholder="Chicago"
            value={value}
            onInput={({ currentTarget }) => set(i, [key, currentTarget.value])}
          />
          <button
            type="button"
            class="button plain"
            aria-label={`Remove label ${key}`}
            onClick={() => {
              labels.value = labels.value.filter((_, at) => at !== i);
            }}
          >
            <Icon name="cross" />
          </button>
        </div>
      ))}
      <button
        type="button"
        class="button plain"
        onClick={() => {
          labels.value = [...labels.value, ['', '']];
        }}
      >
        <Icon name="plus" /> Add label
      </button>
      {wrong !== undefined && <small class="wrong">{wrong}</small>}
    </fieldset>
  );
}
