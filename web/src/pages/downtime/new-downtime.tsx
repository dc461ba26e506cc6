import { useSignal } from '@preact/signals';
import { idsText } from '../../../../src/lib/id-list.ts';
import type { AdjustmentPreview } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import {
  bodyOfDowntime,
  type DowntimeDraft,
  KINDS,
  NEW_DOWNTIME,
  type Repeats,
  type Whom,
} from '../../lib/downtime.ts';
import { count, counted } from '../../lib/format.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field, TextArea } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { StoreIdsField } from '../../parts/store-ids-field.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { type Fields, useFields, valuesOf } from '../../state/fields.ts';
import { isOwner } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';

const WHOM: readonly { readonly value: Whom; readonly words: string }[] = [
  { value: 'ids', words: 'Chosen stores' },
  { value: 'labels', words: 'Stores by label' },
  { value: 'all', words: 'All stores' },
];

const REPEATS: readonly { readonly value: Repeats; readonly words: string }[] = [
  { value: 'once', words: 'Does not repeat' },
  { value: 'daily', words: 'Every day' },
  { value: 'weekly', words: 'Every week' },
  { value: 'monthly', words: 'Every month' },
  { value: 'custom', words: 'Custom rule' },
];

const KIND_CHOICES = (Object.keys(KINDS) as DowntimeDraft['kind'][]).map((value) => ({
  value,
  words: KINDS[value].words,
}));

type DraftFields = Fields<DowntimeDraft>;

interface Props {
  /** The stores at first. */
  readonly ids: readonly string[];
  /** The label of the stores at first, as `key:value`; empty: they are named. */
  readonly label: string;
  readonly onDone: (planned: boolean) => void;
}

/** The form for planned downtime and corrections. Owners plan downtime of stores that they name. */
export function NewDowntime({ ids, label, onDone }: Props) {
  const whomAtFirst = label === '' ? NEW_DOWNTIME.whom : 'labels';
  const fields = useFields({ ...NEW_DOWNTIME, whom: whomAtFirst, ids: idsText(ids), labels: label });
  const { kind, whom, repeats } = fields;
  const title = kind.value === 'planned' ? 'Plan downtime' : 'Correct figures';
  const draft = valuesOf(fields);
  const values = JSON.stringify(draft);
  const preview = useSignal<{ readonly of: string; readonly found: AdjustmentPreview } | undefined>(undefined);
  const looking = useSubmit();
  useUnsavedValues(values);
  const save = async () => {
    await call('POST /api/v1/adjustments', { body: bodyOfDowntime(draft) });
    onDone(true);
  };
  const look = async () => {
    const found = await call('POST /api/v1/adjustments/preview', { body: bodyOfDowntime(draft) });
    preview.value = { of: values, found };
  };
  return (
    <Form class="card form new-downtime" save={save} button={title} onCancel={() => onDone(false)}>
      <h2>{title}</h2>
      {!isOwner() && (
        <>
          <SelectField label="Kind" value={kind.value} choices={KIND_CHOICES} onChange={(one) => (kind.value = one)} />
          <p class="small quiet">{KINDS[kind.value].hint}</p>
        </>
      )}
      {!isOwner() && (
        <SelectField label="For" value={whom.value} choices={WHOM} onChange={(value) => (whom.value = value)} />
      )}
      {whom.value === 'ids' && (
        <StoreIdsField label="Store IDs" value={fields.ids} required hint="One on each line, or separated by commas." />
      )}
      {whom.value === 'labels' && (
        <TextArea
          label="Labels"
          value={fields.labels}
          required
          hint="One on each line, such as city:Chicago. Stores that have all of them, now or later."
        />
      )}
      <SelectField label="Repeats" value={repeats.value} choices={REPEATS} onChange={(one) => (repeats.value = one)} />
      {repeats.value === 'once' ? <IntervalFields fields={fields} /> : <RecurrenceFields fields={fields} />}
      <Field
        label="Reason"
        value={fields.reason}
        required
        autoComplete="off"
        hint="Everybody who sees one of the stores can read it."
      />
      <div class="preview" aria-live="polite">
        <button type="button" class="button" aria-disabled={looking.busy} onClick={() => looking.run(look)}>
          Preview
        </button>
        <Failure error={looking.error} />
        {preview.value?.of === values && <PreviewWords preview={preview.value.found} />}
      </div>
    </Form>
  );
}

function IntervalFields({ fields: { from, to } }: { readonly fields: DraftFields }) {
  return (
    <>
      <Field label="From" type="datetime-local" value={from} hint={`Your time (${VIEWER_ZONE}). Empty: now.`} />
      <Field label="To" type="datetime-local" value={to} required hint={`Your time (${VIEWER_ZONE}).`} />
    </>
  );
}

function RecurrenceFields({ fields }: { readonly fields: DraftFields }) {
  const isCustom = fields.repeats.value === 'custom';
  return (
    <>
      {isCustom && <Field label="Rule" value={fields.rrule} required hint="An iCalendar recurrence rule (RFC 5545)." />}
      <Field
        label="First time"
        type="datetime-local"
        value={fields.from}
        required
        hint="In the local time of each store."
      />
      <fieldset class="lasting">
        <legend class="legend">Duration</legend>
        <Field label="Hours" type="number" min="0" value={fields.hours} required />
        <Field label="Minutes" type="number" min="0" value={fields.minutes} required />
      </fieldset>
      {!isCustom && <Field label="Last date" type="date" value={fields.until} hint="Empty: until it is revoked." />}
    </>
  );
}

function PreviewWords({
  preview: { stores, open_hours, counted: range, starts },
}: {
  readonly preview: AdjustmentPreview;
}) {
  return (
    <p class="small">
      <strong>
        {counted(stores, 'store')}, {count(Math.round(open_hours * 10) / 10)} open hours
      </strong>{' '}
      from <Instant utc={range.from} as="date" /> to <Instant utc={range.to} as="date" />
      {starts.length > 0 && `. First in store local time: ${starts.map(localWords).join(', ')}`}
    </p>
  );
}

/** `2026-11-29 02:00` */
function localWords(wall: string): string {
  return wall.slice(0, 16).replace('T', ' ');
}
