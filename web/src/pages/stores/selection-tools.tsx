import { useSignal } from '@preact/signals';
import type { BatchedStore } from '../../../api/schema.ts';
import { count, counted } from '../../lib/format.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { ZoneField } from '../../parts/store-fields.tsx';
import { changeStores, RowFaults } from '../../state/change-stores.ts';
import { useSubmit } from '../../state/submit.ts';

interface Props {
  readonly chosen: ReadonlySet<string>;
  /** The number of stores that match the filter. */
  readonly total: number;
  readonly onAll: () => Promise<void>;
  readonly onNone: () => void;
  /** Called with a confirmation. */
  readonly onDone: (words: string) => void;
}

/** What can be done with the chosen stores together. */
export function SelectionTools({ chosen, total, onAll, onNone, onDone }: Props) {
  const open = useSignal<'label' | 'zone' | undefined>(undefined);
  const all = useSubmit();
  const change = async (what: Omit<BatchedStore, 'store_id'>, verb: string) => {
    const { changed } = await changeStores([...chosen].map((store_id) => ({ store_id, ...what })));
    open.value = undefined;
    onDone(`${verb} ${counted(changed, 'store')}.`);
  };
  return (
    <section class="selection" aria-label="Selected stores">
      <p role="status">
        {chosen.size === 0
          ? 'Select stores to change them together. With Shift, a click or the space bar selects a range.'
          : `${count(chosen.size)} selected`}
      </p>
      {chosen.size < total && (
        <button type="button" class="button plain" aria-disabled={all.busy} onClick={() => all.run(onAll)}>
          Select all {count(total)}
        </button>
      )}
      {chosen.size > 0 && (
        <>
          <button type="button" class="button plain" onClick={onNone}>
            Clear selection
          </button>
          <button type="button" class="button" onClick={() => (open.value = 'label')}>
            Set a label
          </button>
          <button type="button" class="button" onClick={() => (open.value = 'zone')}>
            Set the time zone
          </button>
          <ConfirmButton
            key={chosen.size}
            words="Delete"
            question={`Delete ${counted(chosen.size, 'store')}? Checks and hours are kept, and you can restore them below.`}
            confirm={`Delete ${counted(chosen.size, 'store')}`}
            action={() => change({ deleted: true }, 'Deleted')}
          />
        </>
      )}
      {chosen.size > 0 && open.value === 'label' && (
        <div class="wide">
          <LabelForm
            onCancel={() => (open.value = undefined)}
            save={(key, value) => change({ set_labels: { [key]: value === '' ? null : value } }, 'Changed')}
          />
        </div>
      )}
      {chosen.size > 0 && open.value === 'zone' && (
        <div class="wide">
          <ZoneForm onCancel={() => (open.value = undefined)} save={(zone) => change({ time_zone: zone }, 'Changed')} />
        </div>
      )}
    </section>
  );
}

interface LabelProps {
  readonly save: (key: string, value: string) => Promise<unknown>;
  readonly onCancel: () => void;
}

function LabelForm({ save, onCancel }: LabelProps) {
  const key = useSignal('');
  const value = useSignal('');
  const wrong = useSignal<string | undefined>(undefined);
  const submit = () => atField(wrong, () => save(key.value.trim(), value.value.trim()));
  return (
    <Form class="card form" save={submit} button="Set label" onCancel={onCancel}>
      <Field label="Label" value={key} required placeholder="brand" autoComplete="off" wrong={wrong.value} />
      <Field label="Value" value={value} autoComplete="off" hint="Leave empty to remove the label." />
    </Form>
  );
}

interface ZoneProps {
  readonly save: (zone: string | null) => Promise<unknown>;
  readonly onCancel: () => void;
}

function ZoneForm({ save, onCancel }: ZoneProps) {
  const zone = useSignal('');
  const wrong = useSignal<string | undefined>(undefined);
  return (
    <Form
      class="card form"
      save={() => atField(wrong, () => save(zone.value.trim() || null))}
      button="Set time zone"
      onCancel={onCancel}
    >
      <ZoneField value={zone} wrong={wrong.value} />
    </Form>
  );
}

/** Shows why the value is refused at its field: it is the same for all stores. */
async function atField(wrong: { value: string | undefined }, save: () => Promise<unknown>): Promise<void> {
  wrong.value = undefined;
  try {
    await save();
  } catch (error) {
    if (error instanceof RowFaults) wrong.value = error.faults[0]?.message;
    throw error;
  }
}
